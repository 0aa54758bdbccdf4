/** Every package manager that the API knows, in the order of their ids (and of `pkg_managers` in answers). */
export const PACKAGE_MANAGER_NAMES = ['gomod', 'npm', 'pip', 'git-submodule', 'yarn', 'rubygems'] as const;
export type PackageManagerName = (typeof PACKAGE_MANAGER_NAMES)[number];

/** Those that this build can process; they are enabled by default. */
export const BUILT_PACKAGE_MANAGERS: readonly PackageManagerName[] = ['gomod', 'npm', 'pip', 'git-submodule'];
