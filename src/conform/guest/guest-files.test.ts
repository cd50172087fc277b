import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { debianSource, sourceText } from "./apt-sources.ts";
import { GUEST_KINDS, parseGuestName } from "./guest-name.ts";
import { initrd } from "./initrd.ts";
import { checkKernelImage } from "./kernel-image.ts";

const [PPC64LE] = GUEST_KINDS;
if (PPC64LE === undefined) throw new Error("there is a guest");

function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = mkdtempSync(join(tmpdir(), "trapline-guest-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, "sources.list.d"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content);
  return root;
}

test("a guest has the first of its CPU models, or the one that is named", () => {
  expect(parseGuestName("guest:ppc64le-6.1").cpu.name).toBe("power10");
  expect(parseGuestName("guest:ppc64le-6.12:power8").cpu.arch).toBe("powerpc-dawr");
  expect(parseGuestName("guest:arm64-6.12").kind.design).toBeUndefined();
});

test("a guest or a CPU model that there is not is refused with those there are", () => {
  expect(() => parseGuestName("guest:sparc-6.1")).toThrow(
    "guest:sparc-6.1: no such guest: there are guest:ppc64le-6.1, guest:ppc64le-6.12 and guest:arm64-6.12",
  );
  expect(() => parseGuestName("guest:arm64-6.12:power8")).toThrow(
    "no such processor: guest:arm64-6.12 can have cortex-a57 and max",
  );
});

test("the source is the computer's own, from a stanza with comments and other sources beside it", () => {
  const etc = folder({
    "sources.list.d/a.sources":
      "Types: deb\nURIs: https://tools.example/apt\nSuites: stable\nComponents: main\n",
    "sources.list.d/b.sources":
      "Types: deb\n# once: somewhere else\nURIs: http://mirror.example/debian\n" +
      "Suites: trixie trixie-updates\nComponents: main\nSigned-By: /usr/share/keyrings/k.gpg\n",
  });
  const source = debianSource(etc);
  expect(source).toMatchObject({
    uri: "http://mirror.example/debian",
    signedBy: "/usr/share/keyrings/k.gpg",
  });
  expect(sourceText(source, "bookworm")).toBe(
    "Types: deb\nURIs: http://mirror.example/debian\n" +
      "Suites: bookworm bookworm-updates bookworm-backports\nComponents: main\n" +
      "Signed-By: /usr/share/keyrings/k.gpg\n",
  );
});

test("the older form of sources is read, too", () => {
  const etc = folder({
    "sources.list":
      "# deb http://old.example/debian buster main\n" +
      "deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian/ bookworm main contrib\n",
  });
  expect(debianSource(etc)).toMatchObject({
    uri: "http://mirror.example/debian/",
    signedBy: "/k.gpg",
  });
});

test("a computer without such a source is told what else it can do", () => {
  expect(() => debianSource(folder({}))).toThrow(/names no source of Debian packages: add one, or/);
});

test("the archive for the guest can be walked from header to header, as the kernel does", () => {
  const archive = initrd([
    { path: "dev", mode: 0o40755 },
    { path: "init", mode: 0o100755, owner: 7, content: Buffer.from("hello") },
  ]);
  const members: string[] = [];
  for (let at = 0; at < archive.length; ) {
    const field = (index: number) =>
      Number.parseInt(archive.toString("latin1", at + 6 + 8 * index, at + 14 + 8 * index), 16);
    expect(archive.toString("latin1", at, at + 6)).toBe("070701");
    const [mode, owner, size, nameBytes] = [field(1), field(2), field(6), field(11)];
    const name = archive.toString("latin1", at + 110, at + 110 + nameBytes - 1);
    const start = Math.ceil((at + 110 + nameBytes) / 4) * 4;
    const content = archive.toString("latin1", start, start + size);
    members.push(`${name} ${mode.toString(8)} ${owner} ${content}`);
    at = Math.ceil((start + size) / 4) * 4;
  }
  expect(members).toEqual(["dev 40755 0 ", "init 100755 7 hello", "TRAILER!!! 0 0 "]);
});

test("a kernel image for another machine is refused in one line", () => {
  const elf = Buffer.alloc(0x300);
  elf.writeUInt32LE(0x464c457f, 0);
  elf.writeUInt8(1, 5);
  elf.writeUInt16LE(62, 18);
  const text = Buffer.alloc(0x300, "no kernel at all ");
  const root = folder({ vmlinux: elf, text });
  expect(() => checkKernelImage(join(root, "vmlinux"), PPC64LE.machine)).toThrow(
    /vmlinux: is for x86-64, the guest is 64-bit powerpc: give another$/,
  );
  expect(() => checkKernelImage(join(root, "text"), PPC64LE.machine)).toThrow(
    /text: is no kernel image: give vmlinux, Image or vmlinuz$/,
  );
  expect(() => checkKernelImage(join(root, "none"), PPC64LE.machine)).toThrow(/none: ENOENT: give/);
  elf.writeUInt16LE(21, 18);
  writeFileSync(join(root, "vmlinux"), elf);
  expect(() => checkKernelImage(join(root, "vmlinux"), PPC64LE.machine)).not.toThrow();
});
