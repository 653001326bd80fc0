import { useEffect, useState } from 'react';

import { decodeHistogram } from '../data/hdr';
import type { Bucket } from '../data/types';

// run/1's "latency_us"; empty until decoded, and when it cannot be: percentiles still draw a curve.
export function useHistogram(base64: string | null): Bucket[] {
  const [buckets, setBuckets] = useState<Bucket[]>([]);
  useEffect(() => {
    let wanted = true;
    if (base64 !== null) {
      decodeHistogram(base64, 0.001)
        .then((decoded) => wanted && setBuckets(decoded))
        .catch((error: unknown) => console.warn('histogram left out:', error));
    }
    return () => {
      wanted = false;
    };
  }, [base64]);
  return buckets;
}
