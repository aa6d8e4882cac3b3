//! Slots: how many processors and how much memory the lab may use at once.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The lab's share of its machine. Waiting is first come, first served.
#[derive(Debug, Clone)]
pub struct Slots {
    cpu: Arc<Semaphore>,
    memory_mib: Arc<Semaphore>,
}

/// A claim on slots; given back when dropped.
#[derive(Debug)]
pub struct Claim {
    _memory: OwnedSemaphorePermit,
    _cpu: OwnedSemaphorePermit,
}

impl Slots {
    /// As many as the testbed declares.
    #[must_use]
    pub fn new(declared: domain::testbed::Slots) -> Self {
        let semaphore = |count: u32| Arc::new(Semaphore::new(count as usize));
        Self { cpu: semaphore(declared.cpu), memory_mib: semaphore(declared.memory_mib) }
    }

    /// Waits for processors and memory. A validated testbed has enough for each of its guests.
    pub async fn claim(&self, cpus: u32, memory_mib: u32) -> Option<Claim> {
        let memory = self.memory_mib.clone().acquire_many_owned(memory_mib).await.ok()?;
        let cpu = self.cpu.clone().acquire_many_owned(cpus).await.ok()?;
        Some(Claim { _memory: memory, _cpu: cpu })
    }
}
