/** Major and minor number of a Linux. */
export type Release = readonly [number, number];

/** Of what uname tells; undefined where it tells no numbers. */
export function releaseOf(text: string): Release | undefined {
  const [major, minor] = /^(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number) ?? [];
  return major === undefined || minor === undefined ? undefined : [major, minor];
}

export function isSince([major, minor]: Release, release: Release): boolean {
  return release[0] > major || (release[0] === major && release[1] >= minor);
}
