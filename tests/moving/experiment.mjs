// One experiment with nn.mjs, as test_nn.py describes it, and the steps that the figure of chapter 4 times.
import * as nn from "../../lecture_utils/moving/nn.mjs";
import { trainingStep } from "../../lecture_utils/moving/queue.mjs";

export function experiment({ dtype, seed, layers, start, loss, optimiser, n, x, y, steps, masks }) {
  const Kind = dtype === "float64" ? Float64Array : Float32Array;
  const generator = new nn.Generator(seed);
  const make = {
    Linear: (inputs, outputs, bias = true) => new nn.Linear(inputs, outputs, { Kind, generator, bias }),
    Dropout: (p) => new nn.Dropout(p, { Kind }),
    BatchNorm1d: (width) => new nn.BatchNorm1d(width, { Kind }),
    LayerNorm: (width) => new nn.LayerNorm(width, { Kind }),
  };
  const net = new nn.Sequential(...layers.map(([kind, ...rest]) => make[kind]?.(...rest) ?? nn[kind](Kind, ...rest)));
  start?.forEach((values, k) => net.parameters[k].data.set(values));
  const first = net.parameters.map((p) => [...p.data]);
  const inputs = Kind.from(x), labels = loss === "crossEntropy" ? Uint8Array.from(y) : Kind.from(y), losses = [];
  const steady = new nn[optimiser[0]](net.parameters, optimiser[1]);
  for (let step = 0; step < steps; step++) {
    net.layers.filter((layer) => layer instanceof nn.Dropout).forEach((layer, k) => (layer.mask = masks[k][step]));
    const yhat = net.forward(inputs, n), grad = new Kind(yhat.length);
    losses.push(nn[loss](yhat, labels, grad));
    net.backward(grad, n);
    steady.step();
  }
  const weights = net.parameters.map((p) => [...p.data]);
  // The slope of the mean output for the inputs, as evaluation computes it: layers have another way back there.
  const out = [...net.train(false).forward(inputs, n)];
  const back = [...net.backward(new Kind(out.length).fill(1 / out.length), n)];
  return { first, losses, weights, out, back };
}

export const random = (seed, n) => {
  const draw = (name, ...rest) => [...new nn.Generator(seed)[name](...rest)];
  const twice = new nn.Generator(seed);
  return { rand: draw("rand", n), randn: draw("randn", n), randperm: draw("randperm", n), twice: [...twice.randn(3), ...twice.randn(4), ...twice.randn(n)] };
};

export const timed = (width, batch, steps) => Array.from({ length: steps }, trainingStep(width, batch));
