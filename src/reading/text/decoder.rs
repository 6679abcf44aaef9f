//! Text that is not UTF-8, decoded by the browser or, natively, by encoding_rs.

pub(super) use self::platform::{Decoder, windows_1252};

#[cfg(not(target_arch = "wasm32"))]
mod platform {
    use std::borrow::Cow;

    use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

    /// Decodes UTF-16 that comes in pieces.
    pub(in super::super) struct Decoder(encoding_rs::Decoder);

    impl Decoder {
        pub fn utf16(big_endian: bool) -> Decoder {
            let encoding = if big_endian { UTF_16BE } else { UTF_16LE };
            Decoder(encoding.new_decoder_without_bom_handling())
        }

        /// Replaces what is in `into` by the text of the next bytes.
        pub fn decode(&mut self, bytes: &[u8], into: &mut Vec<u8>) {
            // None only where the length does not fit into a `usize`, which no slice's does by a factor of three.
            let length = self.0.max_utf8_buffer_length(bytes.len()).unwrap_or(usize::MAX);
            into.resize(length, 0);
            let (_, _, written, _) = self.0.decode_to_utf8(bytes, into, false);
            into.truncate(written);
        }
    }

    /// The text of bytes in Windows-1252: any bytes are.
    pub(in super::super) fn windows_1252(bytes: &[u8]) -> String {
        WINDOWS_1252
            .decode_without_bom_handling_and_without_replacement(bytes)
            .map_or_else(String::new, Cow::into_owned)
    }
}

#[cfg(target_arch = "wasm32")]
mod platform {
    use web_sys::{TextDecodeOptions, TextDecoder};

    /// Decodes UTF-16 that comes in pieces.
    pub(in super::super) struct Decoder(Option<TextDecoder>);

    impl Decoder {
        pub fn utf16(big_endian: bool) -> Decoder {
            Decoder(TextDecoder::new_with_label(if big_endian { "utf-16be" } else { "utf-16le" }).ok())
        }

        /// Replaces what is in `into` by the text of the next bytes.
        pub fn decode(&mut self, bytes: &[u8], into: &mut Vec<u8>) {
            let options = TextDecodeOptions::new();
            options.set_stream(true);
            // A decoder that replaces what is no character never fails, and every browser has these encodings.
            let decode =
                |decoder: &TextDecoder| decoder.decode_with_u8_array_and_options(bytes, &options).ok();
            *into = self.0.as_ref().and_then(decode).unwrap_or_default().into_bytes();
        }
    }

    /// The text of bytes in Windows-1252: any bytes are.
    pub(in super::super) fn windows_1252(bytes: &[u8]) -> String {
        let decoder = TextDecoder::new_with_label("windows-1252").ok();
        decoder.and_then(|decoder| decoder.decode_with_u8_array(bytes).ok()).unwrap_or_default()
    }
}
