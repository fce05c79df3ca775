//! The memory that Argon2id works in, as one piece that is used again: the system's allocator would keep one for each thread that ever
//! made a hash.

use argon2::{Argon2, Block, Params};
use zeroize::Zeroize;

#[cfg(test)]
mod tests;

/// KiB at most. Only as much of it is touched as is asked for. It is a little more than the 32 MiB up to which glibc may put what it
/// gives into its arenas, from which it comes back to the system late or never; what is larger is mapped, and unmapped when freed.
pub(crate) const MOST_KIB: u32 = (32 << 10) + ROOM;

/// What makes it so.
const ROOM: u32 = 16;

/// There is no memory, or not as much as is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoMemory;

/// The memory.
#[derive(Debug, Default)]
pub(crate) struct Memory(Vec<Block>);

impl Memory {
    /// Fills `out` with what Argon2id makes of a secret.
    pub(crate) fn derive(
        &mut self,
        argon2: &Argon2<'_>,
        secret: &[u8],
        salt: &[u8],
        out: &mut [u8],
    ) -> Result<(), NoMemory> {
        let blocks = self.blocks(argon2.params())?;
        argon2.hash_password_into_with_memory(secret, salt, out, blocks).map_err(|_| NoMemory)
    }

    fn blocks(&mut self, params: &Params) -> Result<&mut [Block], NoMemory> {
        let wanted = params.block_count();
        let most = usize::try_from(MOST_KIB).unwrap_or(usize::MAX);
        if wanted > most {
            return Err(NoMemory);
        }
        if self.0.capacity() == 0 {
            self.0.try_reserve_exact(most).map_err(|_| NoMemory)?;
        }
        if self.0.len() < wanted {
            self.0.resize(wanted, Block::new());
        }
        self.0.get_mut(..wanted).ok_or(NoMemory)
    }

    /// Whether the system has it back.
    pub(crate) const fn is_free(&self) -> bool {
        self.0.capacity() == 0
    }

    /// Gives it back to the system, wiped.
    pub(crate) fn free(&mut self) {
        self.0.iter_mut().for_each(Zeroize::zeroize);
        self.0 = Vec::new();
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.free();
    }
}
