/**
 * Text with places that are filled in each time it is served: the public address of this service (`https://host/base`,
 * `//host/base` without its scheme, `https:` and `host/base` one by one, or `host` alone), and where the unpacked bundle
 * lies.
 */
export type ServedTemplate = readonly (string | ServedPlaceholder)[];

type ServedPlaceholder =
  | { fill: 'public-url' }
  | { fill: 'public-location' }
  | { fill: 'public-scheme' }
  | { fill: 'public-host' }
  | { fill: 'public-authority' }
  | { fill: 'bundle-directory'; relative: string };

/** What the places are filled with. */
export interface ServedValues {
  /** Without a slash at its end. */
  publicUrl: string;
  /** Absolute; undefined = the relative addresses of the template. */
  bundleDirectory: string | undefined;
}

export function fillTemplate(template: ServedTemplate, { publicUrl, bundleDirectory }: ServedValues): string {
  return template
    .map((part) => {
      if (typeof part === 'string') return part;
      if (part.fill === 'public-url') return publicUrl;
      const slashes = publicUrl.indexOf('//');
      if (part.fill === 'public-location') return publicUrl.slice(slashes);
      if (part.fill === 'public-scheme') return publicUrl.slice(0, slashes);
      if (part.fill === 'public-host') return publicUrl.slice(slashes + 2);
      if (part.fill === 'public-authority') return new URL(publicUrl).host;
      return bundleDirectory === undefined ? part.relative : `//${encodePath(bundleDirectory)}/`;
    })
    .join('');
}

/** As in a `file:` URL, without a slash at its end. */
function encodePath(directory: string): string {
  return directory.replace(/\/+$/, '').split('/').map(encodeURIComponent).join('/');
}
