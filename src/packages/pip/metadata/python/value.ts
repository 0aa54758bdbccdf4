/** A value that a Python literal stands for. */
export type PythonValue =
  | { type: 'str'; value: string }
  | { type: 'bytes'; value: readonly number[] }
  | { type: 'int'; value: bigint }
  | { type: 'float'; value: number }
  | { type: 'complex'; real: number; imaginary: number }
  | { type: 'constant'; value: 'True' | 'False' | 'None' }
  | { type: 'tuple' | 'list' | 'set'; items: readonly PythonValue[] }
  | { type: 'dict'; entries: readonly (readonly [PythonValue, PythonValue])[] };

/** Whether Python takes the value for false: nothing, zero, empty. */
export function isEmpty(value: PythonValue): boolean {
  switch (value.type) {
    case 'str':
    case 'bytes':
      return value.value.length === 0;
    case 'int':
      return value.value === 0n;
    case 'float':
      return value.value === 0;
    case 'complex':
      return value.real === 0 && value.imaginary === 0;
    case 'constant':
      return value.value !== 'True';
    case 'dict':
      return value.entries.length === 0;
    default:
      return value.items.length === 0;
  }
}

/** Whether the value can be in a set, or the key of a dict. */
export function isHashable(value: PythonValue): boolean {
  if (value.type === 'tuple') return value.items.every(isHashable);
  return value.type !== 'list' && value.type !== 'set' && value.type !== 'dict';
}
