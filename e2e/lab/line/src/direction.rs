//! One direction of the line on real devices: a thread that takes frames in and one that hands them
//! out. Started twice by `main`.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Instant;

use rand::SeedableRng;
use rand::rngs::StdRng;
use tun_rs::SyncDevice;

use crate::queue::{Counts, Nature, Queue};

/// The longest frame there can be: the largest packet that Linux sends on a device, with its
/// Ethernet header.
const LONGEST_FRAME: usize = 65_536 + 14;

/// One direction of the line. Its threads end with the process.
pub struct Direction {
    queue: Mutex<Queue>,
    /// Rung when the first arrival is another than before.
    arrivals: Condvar,
}

impl Direction {
    /// Carries frames from one device to the other. What is lost depends on `seed` alone.
    pub fn start(
        from: Arc<SyncDevice>,
        to: Arc<SyncDevice>,
        nature: Nature,
        seed: u64,
    ) -> Arc<Self> {
        let direction = Arc::new(Self {
            queue: Mutex::new(Queue::new(nature, Instant::now())),
            arrivals: Condvar::new(),
        });
        let (taking, handing) = (Arc::clone(&direction), Arc::clone(&direction));
        thread::spawn(move || taking.take_in(&from, seed));
        thread::spawn(move || handing.hand_out(&to));
        direction
    }

    /// Cuts this direction or mends it.
    pub fn set_cut(&self, cut: bool) {
        self.lock().set_cut(cut);
    }

    /// What became of this direction's frames so far.
    pub fn counts(&self) -> Counts {
        self.lock().counts()
    }

    fn take_in(&self, from: &SyncDevice, seed: u64) -> io::Result<()> {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut frame = vec![0; LONGEST_FRAME];
        // A device that cannot be read has been taken away, and the line with it.
        loop {
            let length = from.recv(&mut frame)?;
            if self.lock().send(&frame[..length], Instant::now(), &mut rng) {
                self.arrivals.notify_one();
            }
        }
    }

    fn hand_out(&self, to: &SyncDevice) {
        loop {
            let frame = self.wait_for_arrival();
            // A device that is down takes nothing, as a socket with no plug in it.
            drop(to.send(&frame));
        }
    }

    fn wait_for_arrival(&self) -> Vec<u8> {
        let mut queue = self.lock();
        loop {
            let now = Instant::now();
            if let Some(frame) = queue.arrived(now) {
                return frame;
            }
            queue = match queue.next_arrival() {
                None => self.arrivals.wait(queue).expect(UNHARMED),
                Some(due) => self.arrivals.wait_timeout(queue, due - now).expect(UNHARMED).0,
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect(UNHARMED)
    }
}

/// Why the lock cannot be poisoned.
const UNHARMED: &str = "nothing panics while it holds the queue";
