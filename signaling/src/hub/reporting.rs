//! What members say of their transfers, carried out: what two of them agree on goes to whoever runs the service.

use sharesync_protocol::report::{Report, TransferCount};
use sharesync_protocol::signaling::Done;

use super::Hub;
use crate::post::Asker;
use crate::request::RequestError;
use crate::visit::Visit;

impl Hub {
    pub(super) async fn report(&self, visit: &Visit, report: &Report, asker: Asker) {
        if self.reports_allowed.check(&asker.session.network.key()).await.is_err() {
            return self.post.refuse(asker, RequestError::RateLimited);
        }
        let me = asker.session.address;
        let mut agreed = None;
        let reporting = self.in_room(visit, asker, |room, _| {
            agreed = room.report(me, report)?;
            Ok(Done {})
        });
        // Where nobody knows whether it was taken, nothing is counted.
        if reporting.await.is_ok() {
            self.count(agreed);
        }
    }

    fn count(&self, agreed: Option<TransferCount>) {
        let (Some(transfer), Some(counts)) = (agreed, &self.config.counts) else { return };
        if counts.try_send(transfer).is_err() {
            tracing::warn!("a transfer is not counted: whoever counts does not keep up");
        }
    }
}
