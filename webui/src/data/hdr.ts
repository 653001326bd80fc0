// Reads HdrHistogram's V2 log format, compressed, base64: what run/1 keeps under "histograms".
// Format: a cookie and a length, then zlib of a 40-byte head and ZigZag LEB128 counts, where a
// negative count is a run of empty buckets. (HdrHistogram, AbstractHistogram.encodeIntoByteBuffer.)

import type { Bucket } from './types';

const kCompressedCookie = 0x1c849304;
const kCookie = 0x1c849303;
const kCookieMask = 0xffffff0f; // The other digit is the word size.
const kHeadBytes = 40;

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function cookieIs(view: DataView, cookie: number): boolean {
  return ((view.getInt32(0) & kCookieMask) >>> 0) === ((cookie & kCookieMask) >>> 0);
}

// Seven bits a byte, lowest first; the ninth byte gives all its eight.
function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } {
  let raw = 0;
  for (let i = 0; i < 9; ++i) {
    const byte = bytes[at + i];
    if (byte === undefined) throw new Error('histogram ends in the middle of a count');
    raw += (i === 8 ? byte : byte & 0x7f) * 2 ** (7 * i);
    if (i === 8 || byte < 0x80) {
      return { value: raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2, next: at + i + 1 };
    }
  }
  throw new Error('unreachable');
}

// The largest value that counts in bucket `index`.
function highestIn(index: number, halfMagnitude: number, unitMagnitude: number): number {
  const half = 2 ** halfMagnitude;
  const bucket = Math.max(0, Math.floor(index / half) - 1);
  const sub = index < half ? index : (index % half) + half;
  const width = 2 ** (bucket + unitMagnitude);
  return sub * width + width - 1;
}

// `unitMs`: what 1 means, in milliseconds.
export async function decodeHistogram(base64: string, unitMs: number): Promise<Bucket[]> {
  const outer = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const outerView = new DataView(outer.buffer);
  if (outer.length < 8 || !cookieIs(outerView, kCompressedCookie)) {
    throw new Error('not a compressed HdrHistogram V2');
  }
  const inner = await inflate(outer.slice(8, 8 + outerView.getInt32(4)));
  const view = new DataView(inner.buffer, inner.byteOffset, inner.byteLength);
  if (inner.length < kHeadBytes || !cookieIs(view, kCookie)) throw new Error('not an HdrHistogram V2');
  const end = Math.min(inner.length, kHeadBytes + view.getInt32(4));
  const digits = view.getInt32(12);
  const unitMagnitude = Math.floor(Math.log2(Math.max(1, Number(view.getBigInt64(16)))));
  const halfMagnitude = Math.ceil(Math.log2(2 * 10 ** digits)) - 1;

  const buckets: Bucket[] = [];
  let index = 0;
  for (let at = kHeadBytes; at < end; ) {
    const { value, next } = readVarint(inner, at);
    at = next;
    if (value < 0) {
      index -= value;
      continue;
    }
    if (value > 0) {
      buckets.push({ upperMs: highestIn(index, halfMagnitude, unitMagnitude) * unitMs, count: value });
    }
    index += 1;
  }
  return buckets;
}
