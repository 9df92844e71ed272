// Runs ONNX models under ONNX Runtime's CPU provider and writes their outputs as raw numbers.
//
//   node run.mjs FOLDER (MODEL IMAGES OUTPUT)...
//
// FOLDER holds node_modules/onnxruntime-node. IMAGES is a file of uint8 pixels, image after image; a
// model with a float input gets pixel / 255. OUTPUT receives the elements of the model's only output
// (int32, uint8 or float32, little-endian), image after image.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [folder, ...jobs] = process.argv.slice(2);
if (!folder || jobs.length === 0 || jobs.length % 3 !== 0) {
  console.error('usage: node run.mjs FOLDER (MODEL IMAGES OUTPUT)...');
  process.exit(2);
}
const ort = createRequire(resolve(folder, 'package.json'))('onnxruntime-node');

const options = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  logSeverityLevel: 3,
  // Without this, CPUs that have AVX2 but no VNNI saturate sums of two products at 16 bits.
  extra: { session: { x64quantprecision: '1' } },
};

async function run(model, images, output) {
  const session = await ort.InferenceSession.create(model, options);
  const { name, type, shape } = session.inputMetadata[0];
  const dims = shape.slice(1);
  const pixels = readFileSync(images);
  const imageBytes = dims.reduce((product, size) => product * size, 1);
  const count = pixels.length / imageBytes;
  if (!Number.isInteger(count)) throw new Error(`${images}: not a whole number of ${dims} images`);
  const batch = typeof shape[0] === 'number' && shape[0] > 0 ? shape[0] : 100;
  const parts = [];
  for (let first = 0; first < count; first += batch) {
    const part = pixels.subarray(first * imageBytes, Math.min(first + batch, count) * imageBytes);
    const data = type === 'float32' ? Float32Array.from(part, (v) => Math.fround(v / 255))
                                    : new Uint8Array(part);
    const tensor = new ort.Tensor(type, data, [part.length / imageBytes, ...dims]);
    const result = await session.run({ [name]: tensor });
    const values = result[session.outputNames[0]].data;
    parts.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  }
  writeFileSync(output, Buffer.concat(parts));
  await session.release();
}

for (let i = 0; i < jobs.length; i += 3) await run(jobs[i], jobs[i + 1], jobs[i + 2]);
