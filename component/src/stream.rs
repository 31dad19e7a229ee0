//! An open stream: bytes from the network in, what they mean out, and a watch over its pulse.

use futures_util::future::{Either, select};
use js_sys::{Reflect, Uint8Array};
use notification_bell_protocol::HEARTBEAT_MAX_MS;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::ReadableStreamDefaultReader;

use crate::{
    api::{Answered, Fault},
    sse::{Parser, Read},
    task::sleep_ms,
};

/// Silent for longer, a stream is dead, whatever its socket says.
#[expect(clippy::cast_precision_loss, reason = "a few seconds")]
pub(crate) const SILENCE_MAX_MS: f64 = 2.0 * HEARTBEAT_MAX_MS as f64;

pub(crate) struct Stream {
    reader: ReadableStreamDefaultReader,
    parser: Parser,
    /// Dropped with the stream, it aborts the request.
    _answered: Answered,
}

impl Stream {
    pub(crate) fn of(answered: Answered) -> Result<Self, Fault> {
        let body =
            answered.response.body().ok_or_else(|| Fault::network("The stream has no body".to_owned()))?;
        let reader = body.get_reader().unchecked_into();
        Ok(Self { reader, parser: Parser::default(), _answered: answered })
    }

    /// Waits for the next bytes and says what they complete; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<Read>>, Fault> {
        let read = JsFuture::from(self.reader.read());
        let chunk = match select(read, sleep_ms(SILENCE_MAX_MS)).await {
            Either::Left((chunk, _)) => {
                chunk.map_err(|_| Fault::network("The stream broke off".to_owned()))?
            }
            Either::Right(_) => return Err(Fault::network("The stream fell silent".to_owned())),
        };
        let member = |name: &str| Reflect::get(&chunk, &name.into()).unwrap_or(JsValue::UNDEFINED);
        if member("done").is_truthy() {
            return Ok(None);
        }
        let bytes: Uint8Array = member("value").unchecked_into();
        Ok(Some(self.parser.push(&bytes.to_vec())))
    }
}
