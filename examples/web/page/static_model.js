import { loadAndCompile, loadLiteRt, Tensor } from "@litertjs/core";
import { fetched, Problem } from "./problem.js";

let runtime; // a promise: LiteRT is loaded once for all models

/** A LiteRT file of fixed shapes, run by name: signatures, inputs and outputs. */
export class StaticModel {
  /**
   * @param {string} url Of the `.tflite` file.
   * @returns {Promise<StaticModel>}
   * @throws {Problem} LiteRT cannot be loaded, or the file cannot.
   */
  static async load(url) {
    await liteRt();
    const bytes = new Uint8Array(await (await fetched(url)).arrayBuffer());
    try {
      return new StaticModel(await loadAndCompile(bytes, { accelerator: "wasm" }));
    } catch (error) {
      throw new Problem(`${url} is no LiteRT model that runs in a browser: ${error.message}`);
    }
  }

  constructor(compiled) {
    this.compiled = compiled;
  }

  /**
   * Returns name, type and shape of each input of a signature.
   * @param {string} signature
   */
  inputs(signature) {
    const runner = this.compiled.signatures[signature];
    if (!runner) {
      const names = Object.keys(this.compiled.signatures).join(", ");
      throw new Problem(`The model has no signature ${signature}, but ${names}. Export the run again.`);
    }
    return runner.getInputDetails();
  }

  /**
   * Runs a signature.
   * @param {string} signature
   * @param {Object<string, Int32Array|Float32Array>} values Its inputs by name.
   * @returns {Promise<Object<string, Int32Array|Float32Array>>} Its outputs by name.
   */
  async run(signature, values) {
    const tensors = {};
    let outputs = {};
    try {
      for (const { name, shape } of this.inputs(signature)) tensors[name] = new Tensor(values[name], shape);
      outputs = await this.compiled.run(signature, tensors);
      return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, tensor.toTypedArray()]));
    } finally {
      for (const tensor of [...Object.values(tensors), ...Object.values(outputs)]) tensor.delete(); // WebAssembly collects no garbage
    }
  }
}

function liteRt() {
  runtime ??= loadLiteRt("lib/wasm/").catch((error) => {
    runtime = undefined;
    const reason = error?.message ?? "a file is not there";
    throw new Problem(`LiteRT could not be loaded (${reason}). It needs WebAssembly with SIMD, which every browser since 2023 has.`);
  });
  return runtime;
}
