// A small part of PyTorch: the nets, losses and optimisers that the moving figures train.
// Names, formulas and the order of random numbers are PyTorch's; tests/moving compares every step with it.
// Arrays are row-major: element (i, j) of n rows of width m stands at i * m + j. `Kind` is Float32Array, or
// Float64Array for tests.

// Mersenne Twister, started as torch.manual_seed does, read as torch's CPU generator does.
export class Generator {
  constructor(seed) {
    const s = (this.state = new Uint32Array(624));
    s[0] = seed >>> 0;
    for (let i = 1; i < 624; i++) s[i] = Math.imul(1812433253, s[i - 1] ^ (s[i - 1] >>> 30)) + i;
    this.next = 624;
    this.kept = null;
  }

  // A whole number of 32 bits.
  random() {
    const s = this.state;
    if (this.next === 624) {
      for (let i = 0; i < 624; i++) {
        const y = (s[i] & 0x80000000) | (s[(i + 1) % 624] & 0x7fffffff);
        s[i] = s[(i + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      this.next = 0;
    }
    let y = s[this.next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  // torch.empty(()).uniform_(from, to): float32.
  uniform(from = 0, to = 1) {
    const [low, high] = [Math.fround(from), Math.fround(to)];
    return Math.fround((this.random() & 0xffffff) * 2 ** -24 * Math.fround(high - low) + low);
  }

  // The same in float64, but for the last digit.
  uniform64(from = 0, to = 1) {
    const high = this.random() & 0x1fffff;
    return (high * 2 ** 32 + this.random()) * 2 ** -53 * (to - from) + from;
  }

  // torch.rand(n), of float32.
  rand(n) {
    return Float32Array.from({ length: n }, () => this.uniform());
  }

  // torch.randn(n), of float32: the same numbers but for the last digits (PyTorch's logarithm rounds otherwise).
  randn(n) {
    if (n < 16) return Float32Array.from({ length: n }, () => this.normal());
    const z = this.rand(n);
    const block = (at) => {
      for (let i = at; i < at + 8; i++) {
        const size = Math.sqrt(-2 * Math.log(1 - z[i])), turn = 2 * Math.PI * z[i + 8];
        z[i] = size * Math.cos(turn);
        z[i + 8] = size * Math.sin(turn);
      }
    };
    for (let at = 0; at + 16 <= n; at += 16) block(at);
    if (n % 16) {
      z.set(this.rand(16), n - 16);
      block(n - 16);
    }
    return z;
  }

  // One normal number, as torch.randn draws fewer than 16: two at a time, the second is kept.
  normal() {
    const kept = this.kept;
    this.kept = null;
    if (kept !== null) return kept;
    const turn = 2 * Math.PI * this.uniform64(), size = Math.sqrt(-2 * Math.log1p(-this.uniform64()));
    this.kept = size * Math.sin(turn);
    return size * Math.cos(turn);
  }

  // torch.randperm(n): the whole numbers below n in random order.
  randperm(n) {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < n - 1; i++) {
      const j = i + (this.random() % (n - i));
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}

// torch.linspace(from, to, n).
export const linspace = (from, to, n, Kind = Float32Array) => {
  const step = new Kind([(to - from) / (n - 1)])[0];
  return Kind.from({ length: n }, (_, i) => (i < n / 2 ? from + step * i : to - step * (n - 1 - i)));
};

const parameter = (Kind, length, value = 0) => ({ data: new Kind(length).fill(value), grad: new Kind(length) });

// A layer has parameters, forward(x, n) for n rows, and backward(gy, n), which gives the gradient of its input.
class Layer {
  parameters = [];
  training = true;

  // An array of its own, made anew only when its length changes.
  buffer(name, length) {
    if (this[name]?.length !== length) this[name] = new this.Kind(length);
    return this[name];
  }
}

// Without a generator all parameters are 0.
export class Linear extends Layer {
  constructor(inputs, outputs, { generator = null, Kind = Float32Array, bias = true } = {}) {
    super();
    Object.assign(this, { inputs, outputs, Kind });
    this.weight = parameter(Kind, inputs * outputs); // row o: the weights of output o
    this.bias = bias ? parameter(Kind, outputs) : null;
    this.parameters = bias ? [this.weight, this.bias] : [this.weight];
    if (!generator) return;
    const draw = (to) => (Kind === Float64Array ? generator.uniform64(-to, to) : generator.uniform(-to, to));
    const bound = Math.sqrt(3) * (Math.sqrt(2 / 6) / Math.sqrt(inputs)); // kaiming_uniform_ with a = sqrt(5)
    for (let i = 0; i < inputs * outputs; i++) this.weight.data[i] = draw(bound);
    if (bias) for (let i = 0; i < outputs; i++) this.bias.data[i] = draw(1 / Math.sqrt(inputs));
  }

  forward(x, n) {
    const { inputs, outputs } = this, b = this.bias?.data, y = this.buffer("y", n * outputs);
    const w = this.weight.data, t = this.buffer("t", w.length); // transposed
    this.x = x;
    for (let o = 0; o < outputs; o++) for (let k = 0; k < inputs; k++) t[k * outputs + o] = w[o * inputs + k];
    for (let i = 0; i < n; i++) for (let o = 0; o < outputs; o++) y[i * outputs + o] = b ? b[o] : 0;
    multiply(y, outputs, n, x, inputs, 1, inputs, t);
    return y;
  }

  backward(gy, n) {
    const { inputs, outputs } = this, gb = this.bias?.grad, gx = this.buffer("gx", n * inputs).fill(0);
    multiply(gx, inputs, n, gy, outputs, 1, outputs, this.weight.data);
    multiply(this.weight.grad.fill(0), inputs, outputs, gy, 1, outputs, n, this.x);
    if (gb)
      for (let o = 0; o < outputs; o++) {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += gy[i * outputs + o];
        gb[o] = sum;
      }
    return gx;
  }
}

// c += a b for row-major c (rows, width) and b (inner, width); element (i, k) of a stands at i * rowStep + k * step.
// Four at once: to read and write a number in an array takes longer than a product.
function multiply(c, width, rows, a, rowStep, step, inner, b) {
  const whole = inner - (inner % 4);
  for (let i = 0; i < rows; i++) {
    const to = i * width;
    let k = 0;
    for (; k < whole; k += 4) {
      const at = i * rowStep + k * step, a0 = a[at], a1 = a[at + step], a2 = a[at + 2 * step], a3 = a[at + 3 * step];
      if (a0 === 0 && a1 === 0 && a2 === 0 && a3 === 0) continue;
      const b0 = k * width, b1 = b0 + width, b2 = b1 + width, b3 = b2 + width;
      for (let j = 0; j < width; j++) c[to + j] += a0 * b[b0 + j] + a1 * b[b1 + j] + a2 * b[b2 + j] + a3 * b[b3 + j];
    }
    for (; k < inner; k++) {
      const factor = a[i * rowStep + k * step];
      if (factor !== 0) for (let j = 0, from = k * width; j < width; j++) c[to + j] += factor * b[from + j];
    }
  }
}

// f(u), and its slope(u, y), which may use the output y.
class Activation extends Layer {
  constructor(Kind = Float32Array, f, slope) {
    super();
    Object.assign(this, { f, slope, Kind });
  }

  forward(x) {
    const y = this.buffer("y", x.length);
    this.x = x;
    for (let i = 0; i < x.length; i++) y[i] = this.f(x[i]);
    return y;
  }

  backward(gy) {
    const gx = this.buffer("gx", gy.length);
    for (let i = 0; i < gy.length; i++) gx[i] = gy[i] * this.slope(this.x[i], this.y[i]);
    return gx;
  }
}

export const sigmoid = (u) => 1 / (1 + Math.exp(-u));
export const box = (u, steepness = 200) => sigmoid(steepness * (u + 0.5)) - sigmoid(steepness * (u - 0.5));
export const Sigmoid = (Kind) => new Activation(Kind, sigmoid, (u, y) => y * (1 - y));
export const Tanh = (Kind) => new Activation(Kind, Math.tanh, (u, y) => 1 - y * y);
export const ReLU = (Kind) => new Activation(Kind, (u) => (u > 0 ? u : 0), (u) => (u > 0 ? 1 : 0));
export const LeakyReLU = (Kind, slope = 0.01) =>
  new Activation(Kind, (u) => (u > 0 ? u : slope * u), (u) => (u > 0 ? 1 : slope));
export const Box = (Kind, steepness = 200) => {
  const edge = (u) => sigmoid(u) * (1 - sigmoid(u));
  const slope = (u) => steepness * (edge(steepness * (u + 0.5)) - edge(steepness * (u - 0.5)));
  return new Activation(Kind, (u) => box(u, steepness), slope);
};

// `mask`, of the input's shape, 1 where a number is kept: given, or drawn anew in each step. PyTorch draws other masks.
export class Dropout extends Layer {
  constructor(p, { generator = null, Kind = Float32Array } = {}) {
    super();
    Object.assign(this, { p, generator, Kind, mask: null });
  }

  forward(x) {
    this.keep = null;
    if (!this.training || this.p === 0) return x;
    const y = this.buffer("y", x.length), keep = (this.keep = this.buffer("factors", x.length));
    for (let i = 0; i < x.length; i++) {
      keep[i] = (this.mask ? this.mask[i] : this.generator.uniform() >= this.p) / (1 - this.p);
      y[i] = x[i] * keep[i];
    }
    return y;
  }

  backward(gy) {
    if (!this.keep) return gy;
    const gx = this.buffer("gx", gy.length);
    for (let i = 0; i < gy.length; i++) gx[i] = gy[i] * this.keep[i];
    return gx;
  }
}

// Both norms take numbers to mean 0 and variance 1: one over the rows of a batch, the other over each row.
class Norm extends Layer {
  constructor(width, { Kind = Float32Array, eps = 1e-5, affine = true } = {}) {
    super();
    Object.assign(this, { width, Kind, eps });
    this.weight = parameter(Kind, width, 1);
    this.bias = parameter(Kind, width);
    this.parameters = affine ? [this.weight, this.bias] : [];
  }

  // Over `count` numbers that begin at `from`, `step` apart.
  mean(x, from, step, count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += x[from + i * step];
    return sum / count;
  }

  variance(x, from, step, count, mean) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += (x[from + i * step] - mean) ** 2;
    return sum / count;
  }

  scaled(n) {
    const { width: m, z } = this, y = this.buffer("y", n * m);
    for (let i = 0; i < n * m; i++) y[i] = this.weight.data[i % m] * z[i] + this.bias.data[i % m];
    return y;
  }

  // The gradient of z, and those of weight and bias.
  unscaled(gy, n) {
    const { width: m, z } = this, gz = this.buffer("gz", n * m);
    this.weight.grad.fill(0);
    this.bias.grad.fill(0);
    for (let i = 0; i < n * m; i++) {
      this.bias.grad[i % m] += gy[i];
      this.weight.grad[i % m] += gy[i] * z[i];
      gz[i] = gy[i] * this.weight.data[i % m];
    }
    return gz;
  }

  // From the gradient of z to that of x, for numbers that share a mean and a deviation.
  through(gx, gz, from, step, count, deviation) {
    let sum = 0, along = 0;
    for (let i = 0, at = from; i < count; i++, at += step) {
      sum += gz[at];
      along += gz[at] * this.z[at];
    }
    for (let i = 0, at = from; i < count; i++, at += step)
      gx[at] = (gz[at] - sum / count - (this.z[at] * along) / count) / deviation;
  }
}

export class BatchNorm1d extends Norm {
  constructor(width, { momentum = 0.1, ...options } = {}) {
    super(width, options);
    this.momentum = momentum;
    this.runningMean = new this.Kind(width);
    this.runningVar = new this.Kind(width).fill(1);
  }

  forward(x, n) {
    const { width: m, momentum } = this, z = this.buffer("z", n * m), deviation = this.buffer("deviation", m);
    for (let j = 0; j < m; j++) {
      let mean = this.runningMean[j], variance = this.runningVar[j];
      if (this.training) {
        mean = this.mean(x, j, m, n);
        variance = this.variance(x, j, m, n, mean);
        this.runningMean[j] += momentum * (mean - this.runningMean[j]);
        this.runningVar[j] += momentum * ((variance * n) / (n - 1) - this.runningVar[j]);
      }
      deviation[j] = Math.sqrt(variance + this.eps);
      for (let i = 0; i < n; i++) z[i * m + j] = (x[i * m + j] - mean) / deviation[j];
    }
    return this.scaled(n);
  }

  backward(gy, n) {
    const { width: m, deviation } = this, gz = this.unscaled(gy, n), gx = this.buffer("gx", n * m);
    if (this.training) for (let j = 0; j < m; j++) this.through(gx, gz, j, m, n, deviation[j]);
    else for (let i = 0; i < n * m; i++) gx[i] = gz[i] / deviation[i % m];
    return gx;
  }
}

export class LayerNorm extends Norm {
  forward(x, n) {
    const { width: m } = this, z = this.buffer("z", n * m), deviation = this.buffer("deviation", n);
    for (let i = 0; i < n; i++) {
      const mean = this.mean(x, i * m, 1, m);
      deviation[i] = Math.sqrt(this.variance(x, i * m, 1, m, mean) + this.eps);
      for (let j = 0; j < m; j++) z[i * m + j] = (x[i * m + j] - mean) / deviation[i];
    }
    return this.scaled(n);
  }

  backward(gy, n) {
    const { width: m, deviation } = this, gz = this.unscaled(gy, n), gx = this.buffer("gx", n * m);
    for (let i = 0; i < n; i++) this.through(gx, gz, i * m, 1, m, deviation[i]);
    return gx;
  }
}

export class Sequential {
  constructor(...layers) {
    this.layers = layers;
    this.parameters = layers.flatMap((layer) => layer.parameters);
  }

  train(on = true) {
    for (const layer of this.layers) layer.training = on;
    return this;
  }

  // What it gives is an array of the last layer's, overwritten by the next call.
  forward(x, n) {
    for (const layer of this.layers) x = layer.forward(x, n);
    return x;
  }

  backward(g, n) {
    for (let i = this.layers.length - 1; i >= 0; i--) g = this.layers[i].backward(g, n);
    return g;
  }
}

// Losses are means. They return their value, and write the gradient of their first argument into `grad` where given.
export function mse(yhat, y, grad) {
  let sum = 0;
  for (let i = 0; i < y.length; i++) {
    const d = yhat[i] - y[i];
    sum += d * d;
    if (grad) grad[i] = (2 * d) / y.length;
  }
  return sum / y.length;
}

// Of probabilities.
export function bce(p, y, grad) {
  let sum = 0;
  for (let i = 0; i < y.length; i++) {
    sum -= y[i] * Math.max(Math.log(p[i]), -100) + (1 - y[i]) * Math.max(Math.log1p(-p[i]), -100);
    if (grad) grad[i] = (p[i] - y[i]) / Math.max(p[i] * (1 - p[i]), 1e-12) / y.length;
  }
  return sum / y.length;
}

export function bceWithLogits(u, y, grad) {
  let sum = 0;
  for (let i = 0; i < y.length; i++) {
    sum += Math.max(u[i], 0) - u[i] * y[i] + Math.log1p(Math.exp(-Math.abs(u[i])));
    if (grad) grad[i] = (sigmoid(u[i]) - y[i]) / y.length;
  }
  return sum / y.length;
}

// Scores of shape (n, classes), labels of shape (n,).
export function crossEntropy(scores, labels, grad) {
  const n = labels.length, classes = scores.length / n;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const row = scores.subarray(i * classes, (i + 1) * classes);
    let top = -Infinity, total = 0;
    for (const score of row) top = Math.max(top, score);
    for (const score of row) total += Math.exp(score - top);
    sum += Math.log(total) + top - row[labels[i]];
    if (grad)
      for (let c = 0; c < classes; c++) grad[i * classes + c] = (Math.exp(row[c] - top) / total - (c === labels[i])) / n;
  }
  return sum / n;
}

const zeros = (parameters) => parameters.map(({ data }) => new data.constructor(data.length));

// `lr` may be changed between steps.
export class SGD {
  constructor(parameters, { lr, momentum = 0, weightDecay = 0 }) {
    Object.assign(this, { parameters, lr, momentum, weightDecay, steps: 0 });
    this.speed = zeros(parameters);
  }

  step() {
    const first = this.steps++ === 0;
    this.parameters.forEach(({ data, grad }, k) => {
      for (let i = 0; i < data.length; i++) {
        let g = grad[i] + this.weightDecay * data[i];
        if (this.momentum) g = this.speed[k][i] = first ? g : this.momentum * this.speed[k][i] + g;
        data[i] -= this.lr * g;
      }
    });
  }
}

export class Adam {
  constructor(parameters, { lr = 0.001, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0 } = {}) {
    Object.assign(this, { parameters, lr, betas, eps, weightDecay, steps: 0, decoupled: false });
    this.mean = zeros(parameters);
    this.square = zeros(parameters);
  }

  step() {
    const [b1, b2] = this.betas, t = ++this.steps;
    const size = this.lr / (1 - b1 ** t), root = Math.sqrt(1 - b2 ** t);
    this.parameters.forEach(({ data, grad }, k) => {
      const m = this.mean[k], v = this.square[k];
      for (let i = 0; i < data.length; i++) {
        let g = grad[i];
        if (this.decoupled) data[i] *= 1 - this.lr * this.weightDecay;
        else g += this.weightDecay * data[i];
        m[i] += (g - m[i]) * (1 - b1);
        v[i] = v[i] * b2 + g * g * (1 - b2);
        data[i] -= (size * m[i]) / (Math.sqrt(v[i]) / root + this.eps);
      }
    });
  }
}

export class AdamW extends Adam {
  constructor(parameters, { weightDecay = 0.01, ...options } = {}) {
    super(parameters, { weightDecay, ...options });
    this.decoupled = true;
  }
}
