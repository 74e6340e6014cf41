//! Two ends of a connection in memory, which can be overheard, changed and cut.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use sharesync_peer::{Channel, ChannelClosed, Channels, Path};
use tokio::sync::watch;

/// Messages that wait in a channel at most.
const QUEUE: usize = 8;

type Tamper = Box<dyn FnMut(Bytes) -> Vec<Bytes> + Send>;

#[derive(Default)]
struct Direction {
    queue: VecDeque<Bytes>,
    closed: bool,
    tamper: Option<Mutex<Tamper>>,
    messages: usize,
}

/// One direction of one channel.
#[derive(Clone)]
pub struct Pipe(Arc<watch::Sender<Direction>>);

impl Pipe {
    fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Direction::default())))
    }

    /// Changes, doubles or loses messages on their way.
    pub fn tamper(&self, tamper: impl FnMut(Bytes) -> Vec<Bytes> + Send + 'static) {
        self.0.send_modify(|direction| direction.tamper = Some(Mutex::new(Box::new(tamper))));
    }

    /// How many messages have passed, those that were lost on their way not counted.
    pub fn messages(&self) -> usize {
        self.0.borrow().messages
    }

    async fn send(&self, message: Bytes) -> Result<(), ChannelClosed> {
        let mut changes = self.0.subscribe();
        let has_room = |direction: &Direction| direction.closed || direction.queue.len() < QUEUE;
        changes.wait_for(has_room).await.map_err(|_| ChannelClosed)?;
        self.0.send_modify(|direction| {
            let arriving = match &mut direction.tamper {
                Some(tamper) => tamper.get_mut().unwrap()(message),
                None => vec![message],
            };
            direction.messages += usize::from(!arriving.is_empty());
            direction.queue.extend(arriving);
        });
        if self.0.borrow().closed { Err(ChannelClosed) } else { Ok(()) }
    }

    async fn receive(&self) -> Option<Bytes> {
        let mut changes = self.0.subscribe();
        let has_news = |direction: &Direction| direction.closed || !direction.queue.is_empty();
        changes.wait_for(has_news).await.ok()?;
        let mut message = None;
        self.0.send_modify(|direction| message = direction.queue.pop_front());
        message
    }

    fn close(&self, lose: bool) {
        self.0.send_modify(|direction| {
            direction.closed = true;
            if lose {
                direction.queue.clear();
            }
        });
    }
}

struct End {
    out: Pipe,
    back: Pipe,
}

#[async_trait]
impl Channel for End {
    async fn send(&self, message: Bytes) -> Result<(), ChannelClosed> {
        self.out.send(message).await
    }

    async fn receive(&self) -> Option<Bytes> {
        self.back.receive().await
    }

    async fn queued(&self) -> usize {
        self.out.0.borrow().queue.iter().map(Bytes::len).sum()
    }

    async fn close(&self) {
        self.out.close(false);
        self.back.close(false);
    }
}

/// A connection: its two ends, and what passes between them.
pub struct Connection {
    pub sender: Channels,
    pub receiver: Channels,
    /// From the sender.
    pub control: Pipe,
    pub data: Pipe,
    /// From the receiver.
    pub answers: Pipe,
    pub wire: Wire,
}

/// All that a connection runs over.
#[derive(Clone)]
pub struct Wire(Arc<[Pipe; 4]>);

impl Wire {
    /// Loses what is under way and all that follows.
    pub fn cut(&self) {
        self.0.iter().for_each(|pipe| pipe.close(true));
    }
}

impl Connection {
    pub fn new() -> Self {
        let pipes: [Pipe; 4] = std::array::from_fn(|_| Pipe::new());
        let [control, data, answers, silent] = pipes.clone();
        let end = |out: &Pipe, back: &Pipe| Arc::new(End { out: out.clone(), back: back.clone() });
        let channels = |control: Arc<End>, data: Arc<End>| Channels {
            control,
            data,
            max_message_bytes: 64 * 1024,
            path: Path::Direct,
        };
        Self {
            sender: channels(end(&control, &answers), end(&data, &silent)),
            receiver: channels(end(&answers, &control), end(&silent, &data)),
            control,
            data,
            answers,
            wire: Wire(Arc::new(pipes)),
        }
    }

    /// A connection that is cut when its `n`th message, from either side, is sent.
    pub fn cut_at(n: usize) -> Self {
        let connection = Self::new();
        let count = Arc::new(Mutex::new(0));
        let (cut, was_cut) = tokio::sync::oneshot::channel();
        let cut = Arc::new(Mutex::new(Some(cut)));
        for pipe in connection.wire.0.iter() {
            let (count, cut) = (count.clone(), cut.clone());
            pipe.tamper(move |message| {
                let mut count = count.lock().unwrap();
                *count += 1;
                if *count == n {
                    let _ = cut.lock().unwrap().take().unwrap().send(());
                }
                if *count < n { vec![message] } else { Vec::new() }
            });
        }
        let wire = connection.wire.clone();
        tokio::spawn(async move {
            if was_cut.await.is_ok() {
                wire.cut();
            }
        });
        connection
    }
}
