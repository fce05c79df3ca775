use std::fs;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv6Addr};
use std::os::fd::AsRawFd;
use std::thread;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use rtnetlink::packet_route::address::{AddressAttribute, AddressHeaderFlags, AddressMessage};
use rtnetlink::packet_route::link::{
    InfoData, InfoVeth, LinkAttribute, LinkFlags, LinkLayerType, LinkMessage, State,
};
use rtnetlink::{Handle, LinkMessageBuilder, LinkUnspec, LinkVeth};

use crate::{LabError, Namespace};

/// How long the kernel may take over what it does in the background: far more than a loaded machine needs.
const SETTLING_LIMIT: Duration = Duration::from_secs(10);

/// Marks the route that takes packets for an address of this host (linux/ipv6_route.h).
const RTF_LOCAL: u32 = 0x8000_0000;

/// "No such device", as the kernel answers for an unknown link name.
const ENODEV: i32 = 19;

/// A network interface in a namespace, as found by [`Namespace::link`].
#[derive(Debug)]
pub struct Link<'ns> {
    namespace: &'ns Namespace,
    name: String,
    index: u32,
    layer: LinkLayerType,
}

impl Namespace {
    /// Finds a link by its name.
    ///
    /// # Errors
    /// There is none, or the kernel refused.
    pub fn link(&self, name: &str) -> Result<Link<'_>, LabError> {
        let message = self.link_message(name)?;
        Ok(Link {
            namespace: self,
            name: name.to_owned(),
            index: message.header.index,
            layer: message.header.link_layer_type,
        })
    }

    /// The names of all links.
    ///
    /// # Errors
    /// The kernel refused.
    pub fn link_names(&self) -> Result<Vec<String>, LabError> {
        self.netlink(|handle| async move {
            let links: Vec<LinkMessage> = handle
                .link()
                .get()
                .execute()
                .try_collect()
                .await
                .map_err(LabError::netlink("listing links"))?;
            Ok(links.iter().filter_map(name_of).collect())
        })
    }

    /// Makes a veth pair: `name` here, `peer.1` in the namespace `peer.0`, both up with `mtu` octets.
    ///
    /// # Errors
    /// A name is taken, or the kernel refused.
    pub fn veth(&self, name: &str, peer: (&Self, &str), mtu: u32) -> Result<(), LabError> {
        let (peer_namespace, peer_name) = peer;
        let far_end = LinkMessageBuilder::<LinkUnspec>::new()
            .name(peer_name)
            .mtu(mtu)
            .setns_by_fd(peer_namespace.descriptor().as_raw_fd())
            .build();
        let pair = LinkMessageBuilder::<LinkVeth>::new(name, peer_name)
            .set_info_data(InfoData::Veth(InfoVeth::Peer(far_end)))
            .mtu(mtu)
            .build();
        let action = format!("making veth {name} <-> {peer_name}");
        self.netlink(|handle| async move {
            handle.link().add(pair).execute().await.map_err(LabError::netlink(action))
        })?;
        let (near, far) = (self.link(name)?, peer_namespace.link(peer_name)?);
        near.up()?;
        far.up()?;
        near.await_operation()?;
        far.await_operation()
    }

    fn link_message(&self, name: &str) -> Result<LinkMessage, LabError> {
        self.netlink(|handle| async move {
            let found = handle.link().get().match_name(name.to_owned()).execute().try_next().await;
            match found {
                Ok(Some(message)) => Ok(message),
                Ok(None) => Err(self.no_such_link(name)),
                Err(rtnetlink::Error::NetlinkError(reply)) if reply.raw_code() == -ENODEV => {
                    Err(self.no_such_link(name))
                }
                Err(error) => Err(LabError::netlink(format!("finding link {name}"))(error)),
            }
        })
    }

    fn no_such_link(&self, name: &str) -> LabError {
        LabError::NoSuchLink { namespace: self.label().to_owned(), link: name.to_owned() }
    }
}

impl Link<'_> {
    /// The interface's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The interface's index in its namespace.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// What a frame of the link starts with: an Ethernet header, or for a TUN device nothing.
    #[must_use]
    pub(crate) fn layer(&self) -> LinkLayerType {
        self.layer
    }

    /// Sets the link up. With a carrier, packets flow a few milliseconds later.
    ///
    /// # Errors
    /// The kernel refused.
    pub fn up(&self) -> Result<(), LabError> {
        self.change("setting up", LinkMessageBuilder::<LinkUnspec>::new().index(self.index).up().build())
    }

    /// Sets the link down, as a pulled cable would: a lost backhaul.
    ///
    /// # Errors
    /// The kernel refused.
    pub fn down(&self) -> Result<(), LabError> {
        self.change("setting down", LinkMessageBuilder::<LinkUnspec>::new().index(self.index).down().build())
    }

    /// Is the link administratively up?
    ///
    /// # Errors
    /// The link is gone, or the kernel refused.
    pub fn is_up(&self) -> Result<bool, LabError> {
        let message = self.namespace.link_message(&self.name)?;
        Ok(message.header.flags.contains(LinkFlags::Up))
    }

    /// Sets the MTU in octets.
    ///
    /// # Errors
    /// The kernel refused.
    pub fn set_mtu(&self, mtu: u32) -> Result<(), LabError> {
        self.change(
            "setting the MTU of",
            LinkMessageBuilder::<LinkUnspec>::new().index(self.index).mtu(mtu).build(),
        )
    }

    /// The MTU in octets.
    ///
    /// # Errors
    /// The link is gone, or the kernel refused.
    pub fn mtu(&self) -> Result<u32, LabError> {
        let message = self.namespace.link_message(&self.name)?;
        let mtu = message.attributes.iter().find_map(|attribute| match attribute {
            LinkAttribute::Mtu(mtu) => Some(*mtu),
            _ => None,
        });
        Ok(mtu.unwrap_or_default())
    }

    /// Adds an address; an IPv6 one is usable at once, without duplicate address detection.
    ///
    /// # Errors
    /// The link has it already, or the kernel refused.
    pub fn add_address(&self, address: IpAddr, prefix: u8) -> Result<(), LabError> {
        let action = format!("adding {address}/{prefix} to {}", self.name);
        self.namespace.netlink(|handle| async move {
            let mut request = handle.address().add(self.index, address, prefix);
            if address.is_ipv6() {
                request.message_mut().header.flags |= AddressHeaderFlags::Nodad;
            }
            request.execute().await.map_err(LabError::netlink(action))
        })?;
        match address {
            IpAddr::V6(address) if self.is_up()? => self.await_local_route(address),
            _ => Ok(()),
        }
    }

    /// Takes an address away.
    ///
    /// # Errors
    /// The link does not have it, or the kernel refused.
    pub fn remove_address(&self, address: IpAddr, prefix: u8) -> Result<(), LabError> {
        let action = format!("taking {address}/{prefix} from {}", self.name);
        self.namespace.netlink(|handle| async move {
            let found =
                self.address_messages(&handle).await?.into_iter().find(|message| {
                    message.header.prefix_len == prefix && address_of(message) == Some(address)
                });
            let Some(message) = found else {
                return Err(LabError::netlink(action)(rtnetlink::Error::RequestFailed));
            };
            handle.address().del(message).execute().await.map_err(LabError::netlink(action))
        })
    }

    /// Its addresses with their prefix lengths.
    ///
    /// # Errors
    /// The kernel refused.
    pub fn addresses(&self) -> Result<Vec<(IpAddr, u8)>, LabError> {
        self.namespace.netlink(|handle| async move {
            let messages = self.address_messages(&handle).await?;
            Ok(messages
                .iter()
                .filter_map(|message| Some((address_of(message)?, message.header.prefix_len)))
                .collect())
        })
    }

    /// Removes the link (and with a veth its other end).
    ///
    /// # Errors
    /// The kernel refused.
    pub fn remove(self) -> Result<(), LabError> {
        let action = format!("removing {}", self.name);
        self.namespace.netlink(|handle| async move {
            handle.link().del(self.index).execute().await.map_err(LabError::netlink(action))
        })
    }

    fn change(&self, verb: &str, message: LinkMessage) -> Result<(), LabError> {
        let action = format!("{verb} {}", self.name);
        self.namespace.netlink(|handle| async move {
            handle.link().change(message).execute().await.map_err(LabError::netlink(action))
        })
    }

    /// The kernel notices a carrier in the background, and IPv6 drops what is sent before that.
    fn await_operation(&self) -> Result<(), LabError> {
        self.await_state("to become operational", || {
            let message = self.namespace.link_message(&self.name)?;
            Ok(message.attributes.contains(&LinkAttribute::OperState(State::Up)))
        })
    }

    /// The kernel joins an IPv6 address's solicited-node group and then sets its local route in the background; before
    /// that a neighbour that asks for the address waits a second, and what comes for it is dropped.
    fn await_local_route(&self, address: Ipv6Addr) -> Result<(), LabError> {
        let octets: String = address.octets().iter().map(|octet| format!("{octet:02x}")).collect();
        let start = format!("{octets} 80 ");
        self.await_state(&format!("to take {address}"), || {
            let table = self.namespace.run(|| fs::read_to_string("/proc/thread-self/net/ipv6_route"))?;
            let table = table.map_err(LabError::io("reading IPv6 routes"))?;
            Ok(table.lines().filter(|line| line.starts_with(&start)).any(|line| {
                let mut columns = line.split_whitespace().rev();
                let (link, flags) = (columns.next(), columns.next().unwrap_or_default());
                link == Some(&self.name) && u32::from_str_radix(flags, 16).unwrap_or(0) & RTF_LOCAL != 0
            }))
        })
    }

    fn await_state(
        &self,
        what: &str,
        is_reached: impl Fn() -> Result<bool, LabError>,
    ) -> Result<(), LabError> {
        let deadline = Instant::now() + SETTLING_LIMIT;
        while !is_reached()? {
            if Instant::now() >= deadline {
                let action = format!("waiting for {} {what}", self.name);
                return Err(LabError::io(action)(ErrorKind::TimedOut.into()));
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    async fn address_messages(&self, handle: &Handle) -> Result<Vec<AddressMessage>, LabError> {
        let request = handle.address().get().set_link_index_filter(self.index).execute();
        request
            .try_collect()
            .await
            .map_err(LabError::netlink(format!("listing the addresses of {}", self.name)))
    }
}

fn name_of(message: &LinkMessage) -> Option<String> {
    message.attributes.iter().find_map(|attribute| match attribute {
        LinkAttribute::IfName(name) => Some(name.clone()),
        _ => None,
    })
}

/// IFA_LOCAL where there is one (on a point-to-point link IFA_ADDRESS is the other side's).
fn address_of(message: &AddressMessage) -> Option<IpAddr> {
    let local = message.attributes.iter().find_map(|attribute| match attribute {
        AddressAttribute::Local(address) => Some(*address),
        _ => None,
    });
    local.or_else(|| {
        message.attributes.iter().find_map(|attribute| match attribute {
            AddressAttribute::Address(address) => Some(*address),
            _ => None,
        })
    })
}
