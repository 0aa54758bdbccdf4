import type { PythonValue } from './value.js';

const INTEGER = /^(?:0(?:_?0)*|[1-9](?:_?\d)*|0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+)$/;
const DECIMAL = /^(?:(?:\d(?:_?\d)*)?\.\d(?:_?\d)*|\d(?:_?\d)*\.?)(?:[eE][+-]?\d(?:_?\d)*)?$/;

/** The value of a Python number as written; undefined when Python does not take it (`0777`, `1__0`). */
export function numberValue(source: string): PythonValue | undefined {
  if (INTEGER.test(source)) return { type: 'int', value: BigInt(source.replaceAll('_', '')) };
  const imaginary = /[jJ]$/.test(source);
  const decimal = imaginary ? source.slice(0, -1) : source;
  // Digits alone are a number only in front of a `j`: an integer does not begin with 0.
  if (!DECIMAL.test(decimal) || (!imaginary && /^[\d_]+$/.test(decimal))) return undefined;
  const value = Number(decimal.replaceAll('_', ''));
  return imaginary ? { type: 'complex', real: 0, imaginary: value } : { type: 'float', value };
}

/** The number with a minus in front; undefined when the value is none. */
export function negative(value: PythonValue): PythonValue | undefined {
  if (value.type === 'int') return { type: 'int', value: -value.value };
  if (value.type === 'float') return { type: 'float', value: -value.value };
  return value.type === 'complex' ? { type: 'complex', real: -value.real, imaginary: -value.imaginary } : undefined;
}
