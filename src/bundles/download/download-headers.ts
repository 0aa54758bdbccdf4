/** Headers of an answer with bytes of a bundle, for the API documentation. */
export const DOWNLOAD_HEADERS = {
  'Content-Disposition': {
    description: 'The name under which to save it',
    schema: { type: 'string', example: 'attachment; filename=cachito-17.tar.gz' },
  },
  Digest: {
    description: 'SHA-256 of the whole bundle, standard base64 (RFC 3230)',
    schema: { type: 'string', example: 'sha-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' },
  },
  ETag: {
    description: 'Strong entity tag: SHA-256 of the whole bundle, hexadecimal',
    schema: { type: 'string', example: '"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"' },
  },
  'Accept-Ranges': { description: 'Ranges are supported', schema: { type: 'string', example: 'bytes' } },
} as const;
