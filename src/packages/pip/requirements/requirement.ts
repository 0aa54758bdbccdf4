import type { AlgorithmDigest } from '../../../dependencies/index.js';

/** One line of a requirements file that asks for something. */
export type Requirement = IndexRequirement | VcsRequirement | UrlRequirement | LocalRequirement;

interface AnyRequirement {
  /** The requirements file, relative to the root of the repository, and the line where it begins, from 1. */
  file: string;
  line: number;
  /** As written: `Storm_Kit`. Empty for a local path without a name. */
  name: string;
  /** As written, sorted, without brackets: `['socks']`. */
  extras: readonly string[];
  /** Normalised, `python_version < "3"`; undefined = none. */
  marker: string | undefined;
  /** `--hash` options; algorithms and digests in lower case. */
  hashes: readonly AlgorithmDigest[];
  /** Whether only a constraints file (`-c`) names it: it is archived if it can be had. */
  constraintOnly: boolean;
}

/** `storm-kit==1.2`: from a package index. */
export interface IndexRequirement extends AnyRequirement {
  kind: 'index';
  operator: '==' | '===';
  /** As written behind the operator. */
  version: string;
}

/** `eel @ git+https://host/team/eel.git@<commit>` */
export interface VcsRequirement extends AnyRequirement {
  kind: 'vcs';
  /** Address of the repository as written, without `git+`, user and password, commit, query and fragment. */
  url: string;
  /** The same with user and password, if there are any: only for fetching, never to be shown. */
  fetchUrl: string;
  /** 40 lower-case hexadecimal digits. */
  commit: string;
  fragment: readonly FragmentEntry[];
}

/** `eel @ https://host/eel-1.0.tar.gz#sha256=…` */
export interface UrlRequirement extends AnyRequirement {
  kind: 'url';
  /** As written with its fragment, but without user and password: what is reported. */
  url: string;
  /** Without user, password and fragment: what is fetched. */
  fetchUrl: string;
  /** The only one: of `--hash`, `#cachito_hash=` or `#sha256=`. */
  hash: AlgorithmDigest;
  /** `.tar.gz`, `.whl`, …: how the path ends. */
  extension: string;
  fragment: readonly FragmentEntry[];
  /** Whether `--trusted-host` allows any certificate for it. */
  trusted: boolean;
}

/** `./lib`, `-e ../lib[x]`, `lib @ file:lib`: a directory of the repository. */
export interface LocalRequirement extends AnyRequirement {
  kind: 'local';
  /** Relative to the root of the repository, normalised; `.` is the root. */
  path: string;
  editable: boolean;
}

/** `subdirectory=lib`, percent-decoded. */
export interface FragmentEntry {
  key: string;
  value: string;
}
