//! Memory counted by the allocator: exact, and the same on every run.
//!
//! The program's allocator is mimalloc behind a counter. In a worker, the counter stands on a page shared with the
//! parent, which so knows the peak even of a process that was killed. Requested bytes are counted, not resident
//! pages: untouched pages count, as they do not on a real kernel, but the number never depends on the machine.
//!
//! The same page carries one more number, the virtual time that passed at once while the process waited.

use std::alloc::{GlobalAlloc, Layout};
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicI64, AtomicPtr, AtomicU64, Ordering};

use mimalloc::MiMalloc;

/// The program's allocator: mimalloc, and in workers a counter with a limit.
pub struct CountingAllocator;

/// The shared page.
#[repr(C)]
struct Page {
    /// Bytes in use beyond those in use when counting began.
    current: AtomicI64,
    /// The highest `current` so far.
    peak: AtomicI64,
    /// At more than this the process ends.
    limit: AtomicI64,
    /// Not 0: the limit was reached.
    exhausted: AtomicU64,
    /// Microseconds of virtual time that passed at once while the process waited for a service.
    skipped: AtomicU64,
}

const PAGE_SIZE: usize = 4096;

static PAGE: AtomicPtr<Page> = AtomicPtr::new(ptr::null_mut());

impl CountingAllocator {
    #[inline]
    fn count(change: i64) {
        let page = PAGE.load(Ordering::Relaxed);
        if page.is_null() {
            return;
        }
        // SAFETY: a non-null PAGE points to a mapping of PAGE_SIZE bytes that is never unmapped in this process.
        let page = unsafe { &*page };
        let current = page.current.fetch_add(change, Ordering::Relaxed) + change;
        if change > 0 {
            // Looking costs far less than writing, and there is seldom a new peak.
            if current > page.peak.load(Ordering::Relaxed) {
                page.peak.fetch_max(current, Ordering::Relaxed);
            }
            if current > page.limit.load(Ordering::Relaxed) {
                out_of_memory(page);
            }
        }
    }
}

/// Ends the process as the kernel's out-of-memory killer would.
#[cold]
fn out_of_memory(page: &Page) {
    page.exhausted.store(1, Ordering::SeqCst);
    #[cfg(unix)]
    // SAFETY: kill and getpid take no pointers. SIGKILL cannot be handled, so nothing of this process runs on.
    unsafe {
        libc::kill(libc::getpid(), libc::SIGKILL);
    }
    std::process::abort();
}

// SAFETY: every call is handed to mimalloc unchanged; counting touches only the shared page.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::count(size(layout.size()));
        // SAFETY: the caller's promises are passed on.
        unsafe { MiMalloc.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::count(size(layout.size()));
        // SAFETY: the caller's promises are passed on.
        unsafe { MiMalloc.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        Self::count(-size(layout.size()));
        // SAFETY: the caller's promises are passed on.
        unsafe { MiMalloc.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        Self::count(size(new_size) - size(layout.size()));
        // SAFETY: the caller's promises are passed on.
        unsafe { MiMalloc.realloc(pointer, layout, new_size) }
    }
}

fn size(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// The parent's side of a worker's count.
#[derive(Debug)]
pub struct MemoryAccount {
    page: *const Page,
    _file: File,
}

// SAFETY: the page is only read and written through atomics.
unsafe impl Send for MemoryAccount {}
// SAFETY: as above.
unsafe impl Sync for MemoryAccount {}

impl MemoryAccount {
    /// Makes the file that the worker's count stands on.
    ///
    /// # Errors
    ///
    /// If the file cannot be made or mapped.
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        file.set_len(PAGE_SIZE as u64)?;
        let page = map(&file)?;
        Ok(Self { page, _file: file })
    }

    /// The highest number of bytes in use so far.
    #[must_use]
    pub fn peak(&self) -> u64 {
        u64::try_from(self.page().peak.load(Ordering::Relaxed)).unwrap_or(0)
    }

    /// Whether the process ended for lack of memory.
    #[must_use]
    pub fn exhausted(&self) -> bool {
        self.page().exhausted.load(Ordering::SeqCst) != 0
    }

    /// Lets virtual time pass at once for the process.
    pub fn skip(&self, micros: u64) {
        self.page().skipped.fetch_add(micros, Ordering::SeqCst);
    }

    fn page(&self) -> &Page {
        // SAFETY: mapped in `create`, unmapped only in `drop`.
        unsafe { &*self.page }
    }
}

impl Drop for MemoryAccount {
    fn drop(&mut self) {
        // SAFETY: the mapping was made in `create` with this size, and no reference outlives `self`.
        let _ = unsafe { rustix::mm::munmap(self.page.cast_mut().cast(), PAGE_SIZE) };
    }
}

/// Counts this process's allocations from now on, on the page in a file of [`MemoryAccount::create`].
///
/// # Errors
///
/// If the file cannot be opened or mapped.
pub fn count_into(path: &Path, limit: u64) -> io::Result<()> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let page = map(&file)?;
    let before = PAGE.load(Ordering::Acquire);
    // SAFETY: just mapped, and never unmapped in this process.
    let account = unsafe { &*page };
    account
        .limit
        .store(i64::try_from(limit).unwrap_or(i64::MAX), Ordering::Relaxed);
    if !before.is_null() {
        // A fork of a counted process has what that one had.
        // SAFETY: a non-null PAGE points to a mapping that is never unmapped in this process.
        let current = unsafe { &*before }.current.load(Ordering::Relaxed);
        account.current.store(current, Ordering::Relaxed);
        account.peak.store(current, Ordering::Relaxed);
    }
    PAGE.store(page, Ordering::Release);
    Ok(())
}

/// Microseconds of virtual time that the parent let pass at once for this process.
#[must_use]
pub fn skipped_micros() -> u64 {
    let page = PAGE.load(Ordering::Acquire);
    if page.is_null() {
        return 0;
    }
    // SAFETY: a non-null PAGE points to a mapping that is never unmapped in this process.
    unsafe { &*page }.skipped.load(Ordering::SeqCst)
}

fn map(file: &File) -> io::Result<*mut Page> {
    use rustix::mm::{MapFlags, ProtFlags, mmap};
    // SAFETY: a new mapping at an address of the kernel's choice overlaps nothing.
    let address = unsafe {
        mmap(
            ptr::null_mut(),
            PAGE_SIZE,
            ProtFlags::READ | ProtFlags::WRITE,
            MapFlags::SHARED,
            file,
            0,
        )?
    };
    Ok(address.cast())
}
