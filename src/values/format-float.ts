/** Decimal texts of binary floating point numbers: the shortest that is read back as the same. */

const SINGLE_DIGITS = 9;

export function formatSingle(value: number): string {
  if (!Number.isFinite(value) || value === 0) return formatDouble(value);
  for (let digits = 1; digits < SINGLE_DIGITS; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return formatDouble(shorter);
  }
  return formatDouble(Number(value.toPrecision(SINGLE_DIGITS)));
}

export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  return Object.is(value, -0) ? "-0" : `${value}`;
}

const SIGN = 0x8000;
const EXPONENT = 0x7fff;
/** The exponent's bias, and the 63 bits behind the point of the significand. */
const POINT = 16383 + 63;
const INTEGER_BIT = 1n << 63n;
/** Decimal digits that tell any two values of 64 bits of significand apart. */
const LONG_DIGITS = 21;

/** x87's 80 bits: sign and exponent in the high word, an explicit one before the point. */
export function formatLongDouble(significand: bigint, high: number): string {
  const sign = (high & SIGN) !== 0 ? "-" : "";
  const exponent = high & EXPONENT;
  if (exponent === EXPONENT) return significand === INTEGER_BIT ? `${sign}inf` : `${sign}nan`;
  if (significand === 0n) return `${sign}0`;
  const power = Math.max(exponent, 1) - POINT;
  return sign + shortestDecimal(significand, power);
}

/** The fewest digits that lie nearer to this number than to any other of the format. */
function shortestDecimal(significand: bigint, power: number): string {
  for (let digits = 17; digits < LONG_DIGITS; digits++) {
    const decimal = toDecimal(significand, power, digits);
    if (isNearest(decimal, significand, power)) return print(decimal);
  }
  return print(toDecimal(significand, power, LONG_DIGITS));
}

interface Decimal {
  /** All digits, as one whole number. */
  readonly digits: bigint;
  /** Times ten to this. */
  readonly exponent: number;
}

function toDecimal(significand: bigint, power: number, digits: number): Decimal {
  const magnitude = Math.log10(Number(significand)) + power * Math.log10(2);
  let exponent = Math.floor(magnitude) + 1 - digits;
  let rounded = scaled(significand, power, exponent);
  // The logarithm may be one off at a power of ten.
  if (rounded >= 10n ** BigInt(digits)) rounded = scaled(significand, power, ++exponent);
  return { digits: rounded, exponent };
}

/** significand · 2^power / 10^exponent, rounded half up. */
function scaled(significand: bigint, power: number, exponent: number): bigint {
  const top = significand * pow(2n, power) * pow(10n, -exponent);
  const bottom = pow(2n, -power) * pow(10n, exponent);
  return (2n * top + bottom) / (2n * bottom);
}

/** Whether it is less than half a unit of the last place away. */
function isNearest({ digits, exponent }: Decimal, significand: bigint, power: number): boolean {
  const decimal = digits * pow(10n, exponent) * pow(2n, -power);
  const unit = pow(2n, power) * pow(10n, -exponent);
  const distance = decimal - significand * unit;
  return 2n * (distance < 0n ? -distance : distance) < unit;
}

function pow(base: bigint, exponent: number): bigint {
  return exponent <= 0 ? 1n : base ** BigInt(exponent);
}

function print({ digits, exponent }: Decimal): string {
  const text = `${digits}`;
  const whole = text.replace(/0+$/, "");
  const point = exponent + text.length;
  const [first = "", ...rest] = whole;
  const fraction = rest.length === 0 ? "" : `.${rest.join("")}`;
  if (point > 21 || point < -5) return `${first}${fraction}e${point > 0 ? "+" : ""}${point - 1}`;
  if (point <= 0) return `0.${"0".repeat(-point)}${whole}`;
  if (point >= whole.length) return whole.padEnd(point, "0");
  return `${whole.slice(0, point)}.${whole.slice(point)}`;
}
