import type { ModuleSource } from "./host.js";

/**
 * A function of one relaxed instruction:
 * `(module (func (result v128) (i32x4.relaxed_dot_i8x16_i7x16_add_s` of three `(i8x16.splat (i32.const 0))` `)))`.
 */
const RELAXED_SIMD = [
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, 0x13, 0x01, 0x11, 0x00],
  ...[0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f],
  ...[0xfd, 0x93, 0x02, 0x0b],
];

/**
 * The lean module in the build that is fastest here: `relaxed`, which has the instructions of relaxed SIMD, where
 * they are known. Elsewhere such a module is rejected as a whole.
 */
export function fastest(relaxed: ModuleSource | undefined, plain: ModuleSource): ModuleSource {
  // Asked when it is needed: importing this package runs nothing.
  const chosen = () =>
    relaxed !== undefined && WebAssembly.validate(new Uint8Array(RELAXED_SIMD)) ? relaxed : plain;
  return {
    compile: (onBytes, signal) => chosen().compile(onBytes, signal),
    spawn: () => chosen().spawn(),
  };
}
