//! What rusqlite does not tell of a connection. The only unsafe code of the crate.

use core::ffi::c_int;

use rusqlite::Connection;
use rusqlite::ffi;

/// What the operating system last told SQLite on this connection (errno); 0 if nothing.
pub(crate) fn system_error(connection: &Connection) -> i32 {
    // SAFETY: the handle is open while `connection` is borrowed, and the call only reads it.
    unsafe { ffi::sqlite3_system_errno(connection.handle()) }
}

/// Pages that this connection has written to the log since it was asked last.
pub(crate) fn take_pages_written(connection: &Connection) -> u64 {
    let (mut current, mut highest): (c_int, c_int) = (0, 0);
    // SAFETY: the handle is open while `connection` is borrowed, and the two integers outlive the call.
    let result = unsafe {
        ffi::sqlite3_db_status(
            connection.handle(),
            ffi::SQLITE_DBSTATUS_CACHE_WRITE,
            &mut current,
            &mut highest,
            1,
        )
    };
    if result == ffi::SQLITE_OK { u64::try_from(current).unwrap_or_default() } else { 0 }
}
