import { randomUUID } from 'node:crypto';
import type { Placeholder, Template } from '../../package-manager.js';

/** A word that does not occur in a text, to stand for something that is filled in later. */
export function unusedMarker(text: string): string {
  for (;;) {
    const marker = `cachito-${randomUUID()}-`;
    if (!text.includes(marker)) return marker;
  }
}

/** The text with the placeholder wherever the marker stands. */
export function templateOf(text: string, marker: string, placeholder: Placeholder): Template {
  return text.split(marker).flatMap((piece, index) => (index === 0 ? [piece] : [placeholder, piece]));
}
