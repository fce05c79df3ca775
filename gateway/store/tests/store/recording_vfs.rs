//! An SQLite VFS around SQLite's own that writes down, in order, all that would reach a disk, and fails on demand.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};

use rusqlite::ffi;

/// What reaches a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Op {
    /// A file gets its name.
    Create {
        file: String,
    },
    Write {
        file: String,
        offset: usize,
        octets: Vec<u8>,
    },
    Truncate {
        file: String,
        length: usize,
    },
    Sync {
        file: String,
    },
    Delete {
        file: String,
    },
    /// The test notes that something was acknowledged.
    Mark(usize),
}

/// What fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `write` says ENOSPC.
    NoSpace,
    /// `write` says EROFS: the file system was remounted read-only under the open file.
    ReadOnly,
    /// `fsync` says EIO; the octets were written nevertheless.
    Sync,
}

#[derive(Default)]
struct State {
    ops: Vec<Op>,
    fault: Option<Fault>,
    errno: c_int,
}

/// A registered VFS; lives as long as the process.
pub(crate) struct Recorder {
    name: String,
    inner: *mut ffi::sqlite3_vfs,
    state: Mutex<State>,
}

// SAFETY: `inner` is SQLite's own VFS, which lives for ever, is not changed and may be used from any thread.
unsafe impl Send for Recorder {}
// SAFETY: as above; the state has a lock.
unsafe impl Sync for Recorder {}

impl Recorder {
    /// Registers a VFS under a name of its own.
    pub(crate) fn register() -> &'static Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("recording-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        // SAFETY: SQLite is initialised on demand; a null name asks for the default VFS.
        let inner = unsafe {
            assert_eq!(ffi::sqlite3_initialize(), ffi::SQLITE_OK);
            ffi::sqlite3_vfs_find(std::ptr::null())
        };
        assert!(!inner.is_null());
        let recorder = Box::leak(Box::new(Self { name: name.clone(), inner, state: Mutex::default() }));
        // SAFETY: `inner` points to SQLite's own VFS.
        let mut vfs = unsafe { *inner };
        vfs.iVersion = 1;
        vfs.szOsFile = c_int::try_from(size_of::<File>()).unwrap();
        vfs.pNext = std::ptr::null_mut();
        vfs.zName = CString::new(name).unwrap().into_raw();
        vfs.pAppData = std::ptr::from_mut(recorder).cast();
        vfs.xOpen = Some(open);
        vfs.xDelete = Some(delete);
        vfs.xGetLastError = Some(last_error);
        // The others neither look at their first argument nor keep it.
        // SAFETY: the VFS is leaked, as SQLite asks for.
        let result = unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(vfs)), 0) };
        assert_eq!(result, ffi::SQLITE_OK);
        recorder
    }

    pub(crate) fn name(&self) -> String {
        self.name.clone()
    }

    pub(crate) fn mark(&self, what: usize) {
        self.state().ops.push(Op::Mark(what));
    }

    pub(crate) fn ops(&self) -> Vec<Op> {
        self.state().ops.clone()
    }

    pub(crate) fn fail(&self, fault: Option<Fault>) {
        self.state().fault = fault;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Whether to go on, and SQLite's code if not.
    fn refuse(&self, sync: bool) -> Option<c_int> {
        let mut state = self.state();
        let (code, errno) = match (state.fault?, sync) {
            (Fault::NoSpace, false) => (ffi::SQLITE_FULL, 28),
            (Fault::ReadOnly, false) => (ffi::SQLITE_IOERR_WRITE, 30),
            (Fault::Sync, true) => (ffi::SQLITE_IOERR_FSYNC, 5),
            _ => return None,
        };
        state.errno = errno;
        Some(code)
    }
}

#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    body: *mut Body,
}

struct Body {
    recorder: &'static Recorder,
    /// The file's name without its directory.
    name: String,
    /// SQLite's own file.
    inner: Box<[u64]>,
}

impl Body {
    fn inner(&mut self) -> *mut ffi::sqlite3_file {
        self.inner.as_mut_ptr().cast()
    }
}

// SAFETY (of all functions below): SQLite calls them with what `open` set up, from one thread at a time for each file.

unsafe fn recorder_of(vfs: *mut ffi::sqlite3_vfs) -> &'static Recorder {
    // SAFETY: `register` put it there, leaked.
    unsafe { &*(*vfs).pAppData.cast::<Recorder>() }
}

unsafe fn body_of<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Body {
    // SAFETY: `open` put it there; `close` takes it away last.
    unsafe { &mut *(*file.cast::<File>()).body }
}

unsafe fn methods_of(file: *mut ffi::sqlite3_file) -> &'static ffi::sqlite3_io_methods {
    // SAFETY: SQLite's own files have methods that live for ever.
    unsafe { &*(*file).pMethods }
}

fn file_name(path: *const c_char) -> String {
    if path.is_null() {
        return "temporary".to_owned();
    }
    // SAFETY: SQLite gives a terminated name.
    let path = unsafe { CStr::from_ptr(path) }.to_str().unwrap();
    path.rsplit('/').next().unwrap().to_owned()
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    path: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: see above.
    unsafe {
        (*file).pMethods = std::ptr::null();
        let recorder = recorder_of(vfs);
        let octets = usize::try_from((*recorder.inner).szOsFile).unwrap();
        let existed =
            !path.is_null() && std::path::Path::new(CStr::from_ptr(path).to_str().unwrap()).exists();
        let mut body = Box::new(Body {
            recorder,
            name: file_name(path),
            inner: vec![0; octets.div_ceil(8)].into_boxed_slice(),
        });
        let result = (*recorder.inner).xOpen.unwrap()(recorder.inner, path, body.inner(), flags, out_flags);
        if result != ffi::SQLITE_OK {
            return result;
        }
        if !existed {
            recorder.state().ops.push(Op::Create { file: body.name.clone() });
        }
        (*file.cast::<File>()).body = Box::into_raw(body);
        (*file).pMethods = &raw const METHODS;
        ffi::SQLITE_OK
    }
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, path: *const c_char, sync_directory: c_int) -> c_int {
    // SAFETY: see above.
    unsafe {
        let recorder = recorder_of(vfs);
        let result = (*recorder.inner).xDelete.unwrap()(recorder.inner, path, sync_directory);
        if result == ffi::SQLITE_OK {
            recorder.state().ops.push(Op::Delete { file: file_name(path) });
        }
        result
    }
}

unsafe extern "C" fn last_error(vfs: *mut ffi::sqlite3_vfs, octets: c_int, text: *mut c_char) -> c_int {
    // SAFETY: see above.
    unsafe {
        let recorder = recorder_of(vfs);
        let injected = std::mem::take(&mut recorder.state().errno);
        if injected != 0 {
            return injected;
        }
        (*recorder.inner).xGetLastError.unwrap()(recorder.inner, octets, text)
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: see above; nobody uses the file after this.
    unsafe {
        let mut body = Box::from_raw((*file.cast::<File>()).body);
        let inner = body.inner();
        methods_of(inner).xClose.unwrap()(inner)
    }
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    to: *mut c_void,
    octets: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: see above.
    unsafe {
        let inner = body_of(file).inner();
        methods_of(inner).xRead.unwrap()(inner, to, octets, offset)
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    octets: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: see above; `from` has as many octets as SQLite says.
    unsafe {
        let body = body_of(file);
        if let Some(code) = body.recorder.refuse(false) {
            return code;
        }
        let content =
            std::slice::from_raw_parts(from.cast::<u8>(), usize::try_from(octets).unwrap()).to_vec();
        let offset_of_op = usize::try_from(offset).unwrap();
        let op = Op::Write { file: body.name.clone(), offset: offset_of_op, octets: content };
        body.recorder.state().ops.push(op);
        let inner = body.inner();
        methods_of(inner).xWrite.unwrap()(inner, from, octets, offset)
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    // SAFETY: see above.
    unsafe {
        let body = body_of(file);
        let op = Op::Truncate { file: body.name.clone(), length: usize::try_from(length).unwrap() };
        body.recorder.state().ops.push(op);
        let inner = body.inner();
        methods_of(inner).xTruncate.unwrap()(inner, length)
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: see above.
    unsafe {
        let body = body_of(file);
        if let Some(code) = body.recorder.refuse(true) {
            return code;
        }
        let inner = body.inner();
        let result = methods_of(inner).xSync.unwrap()(inner, flags);
        body.recorder.state().ops.push(Op::Sync { file: body.name.clone() });
        result
    }
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    // SAFETY: see above.
    unsafe {
        let inner = body_of(file).inner();
        methods_of(inner).xFileSize.unwrap()(inner, size)
    }
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see above.
    unsafe {
        let inner = body_of(file).inner();
        methods_of(inner).xLock.unwrap()(inner, level)
    }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see above.
    unsafe {
        let inner = body_of(file).inner();
        methods_of(inner).xUnlock.unwrap()(inner, level)
    }
}

unsafe extern "C" fn reserved(file: *mut ffi::sqlite3_file, answer: *mut c_int) -> c_int {
    // SAFETY: see above.
    unsafe {
        let inner = body_of(file).inner();
        methods_of(inner).xCheckReservedLock.unwrap()(inner, answer)
    }
}

unsafe extern "C" fn control(file: *mut ffi::sqlite3_file, op: c_int, argument: *mut c_void) -> c_int {
    // SAFETY: see above.
    unsafe {
        let inner = body_of(file).inner();
        methods_of(inner).xFileControl.unwrap()(inner, op, argument)
    }
}

unsafe extern "C" fn sector(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: see above.
    unsafe {
        let inner = body_of(file).inner();
        methods_of(inner).xSectorSize.unwrap()(inner)
    }
}

unsafe extern "C" fn device(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: see above.
    unsafe {
        let inner = body_of(file).inner();
        methods_of(inner).xDeviceCharacteristics.unwrap()(inner)
    }
}

/// Version 1: no shared memory, no memory maps. The store needs neither.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 1,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector),
    xDeviceCharacteristics: Some(device),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};
