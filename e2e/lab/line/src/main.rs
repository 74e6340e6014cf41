//! `sharesync-line`: a line between two network devices that is as long, as narrow and as lossy as
//! asked for. The network laboratory in `e2e/lab` puts it between browsers.
//!
//! It makes two TAP devices in the network namespace it is started in; whoever starts it moves them to
//! where the line's ends shall be. They and the line are there for as long as the program runs, and it
//! ends when its standard input does: nothing stays behind, however its parent ended.
//!
//! Standard output says `ready` once the devices are there. On standard input, one word a line:
//! `cut` loses everything from then on, `mend` ends that, and `counts` is answered by one line of
//! JSON that says what became of the frames of either direction.

mod direction;
mod queue;

use std::io::{self, BufRead, Write};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Parser;
use serde_json::json;
use tun_rs::{DeviceBuilder, Layer, SyncDevice};

use crate::direction::Direction;
use crate::queue::{Narrowing, Nature};

/// Joins two new TAP devices by an emulated line.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// Names of the devices to make, one for each end
    #[arg(num_args = 2, required = true, value_name = "DEVICE")]
    ends: Vec<String>,
    /// Milliseconds from one end to the other, fractions allowed
    #[arg(long, default_value_t = 0.0, value_parser = milliseconds)]
    delay_ms: f64,
    /// Percent of frames lost at random, in either direction
    #[arg(long, default_value_t = 0.0, value_parser = percent)]
    loss_percent: f64,
    /// Megabits (10^6) a second in either direction; without it, as fast as the machine
    #[arg(long, value_parser = megabits)]
    rate_mbit: Option<f64>,
    /// Frames that may wait for their turn, where there is a rate
    #[arg(long, default_value_t = 1000)]
    queue_frames: usize,
    /// Which frames are lost: the same seed, the same places in the sequence
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Arguments {
    fn nature(&self) -> Nature {
        Nature {
            delay: Duration::from_secs_f64(self.delay_ms / 1e3),
            loss: self.loss_percent / 100.0,
            narrowing: self
                .rate_mbit
                .map(|rate| Narrowing { bits_per_second: rate * 1e6, room: self.queue_frames }),
        }
    }
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let [first, second] = &arguments.ends[..] else { bail!("a line has two ends") };
    let (first, second) = (device(first)?, device(second)?);
    let nature = arguments.nature();
    let there = Direction::start(Arc::clone(&first), Arc::clone(&second), nature, arguments.seed);
    let back = Direction::start(second, first, nature, !arguments.seed);

    let mut output = io::stdout().lock();
    writeln!(output, "ready")?;
    for word in io::stdin().lock().lines() {
        match word?.as_str() {
            cut @ ("cut" | "mend") => {
                for direction in [&there, &back] {
                    direction.set_cut(cut == "cut");
                }
            }
            "counts" => {
                writeln!(output, "{}", json!({ "there": there.counts(), "back": back.counts() }))?;
            }
            other => bail!("{other:?} is none of cut, mend, counts"),
        }
    }
    Ok(())
}

/// Makes a TAP device, which is down and has no address: it is about to be moved.
fn device(name: &str) -> anyhow::Result<Arc<SyncDevice>> {
    DeviceBuilder::new()
        .name(name)
        .layer(Layer::L2)
        .enable(false)
        .build_sync()
        .map(Arc::new)
        .with_context(|| format!("making the device {name:?} (this needs root)"))
}

fn milliseconds(text: &str) -> Result<f64, String> {
    number(text, 0.0..=60_000.0)
}

fn percent(text: &str) -> Result<f64, String> {
    number(text, 0.0..=100.0)
}

fn megabits(text: &str) -> Result<f64, String> {
    number(text, 0.001..=1e6)
}

fn number(text: &str, range: RangeInclusive<f64>) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| format!("not a number from {} to {}", range.start(), range.end()))
}
