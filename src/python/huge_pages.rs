//! Large pages for the memory of a process that forks.
//!
//! A fork copies one entry for each page, and its parent waits. Where 512 pages have become one large page, there is one
//! entry; a fork that writes there takes the large page apart for itself and copies what it writes to, as always.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

const PAGE: usize = 4096;
const LARGE: usize = 512 * PAGE;

/// What is used of a large page at least, in pages: the rest would be memory for nothing.
const WORTHWHILE: usize = 384;

/// Makes the next part of this process's memory at or after `from` one large page. Gives the address to go on from;
/// `None` if there is no more, or the system has no such pages.
pub(super) fn gather_next(from: usize) -> Option<usize> {
    // Only Linux has these files (kernel documentation, "pagemap").
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let pages = File::open("/proc/self/pagemap").ok()?;
    let parts = maps.lines().filter_map(memory).flat_map(|(start, end)| {
        let first = start.max(from).next_multiple_of(LARGE);
        (first..end.saturating_sub(LARGE - 1)).step_by(LARGE)
    });
    for part in parts {
        if used(&pages, part)? >= WORTHWHILE {
            return gather(part).then_some(part + LARGE);
        }
    }
    None
}

/// The addresses of a line of `maps`, if it is memory that is written and belongs to no file.
fn memory(line: &str) -> Option<(usize, usize)> {
    let mut fields = line.split_ascii_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let is_memory = fields.next()?.starts_with("rw-p") && fields.nth(2)? == "0" && fields.next() != Some("[stack]");
    let address = |text| usize::from_str_radix(text, 16).ok();
    is_memory.then_some((address(start)?, address(end)?))
}

/// How many pages of a large one are in memory.
fn used(pages: &File, part: usize) -> Option<usize> {
    const ENTRY: usize = 8;
    let mut entries = [0; 512 * ENTRY];
    let place = u64::try_from(part / PAGE * ENTRY).ok()?;
    pages.read_exact_at(&mut entries, place).ok()?;
    // The highest bit says so.
    let present = entries.chunks_exact(ENTRY).filter(|entry| entry[ENTRY - 1] & 0x80 != 0);
    Some(present.count())
}

#[cfg(target_os = "linux")]
fn gather(part: usize) -> bool {
    // SAFETY: the advice changes how the system keeps these pages, and nothing of what they hold.
    unsafe { libc::madvise(std::ptr::without_provenance_mut(part), LARGE, libc::MADV_COLLAPSE) == 0 }
}

#[cfg(not(target_os = "linux"))]
fn gather(_: usize) -> bool {
    false
}
