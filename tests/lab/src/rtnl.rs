//! One short conversation with the kernel over NETLINK_ROUTE.

use tokio::runtime::Builder;

use crate::LabError;

/// Opens a netlink socket in the calling thread's namespace and runs `requests` over it.
pub(crate) fn converse<T, F>(requests: impl FnOnce(rtnetlink::Handle) -> F) -> Result<T, LabError>
where
    F: Future<Output = Result<T, LabError>>,
{
    let runtime =
        Builder::new_current_thread().enable_io().build().map_err(LabError::io("starting a runtime"))?;
    runtime.block_on(async {
        let (connection, handle, _unsolicited) =
            rtnetlink::new_connection().map_err(LabError::io("opening a netlink socket"))?;
        let pump = tokio::spawn(connection);
        let outcome = requests(handle).await;
        pump.abort();
        outcome
    })
}
