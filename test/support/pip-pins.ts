/**
 * SHA-256 of source distributions on PyPI. What is written here is what requests are compared with: it was taken from
 * the files, not from an answer of this program.
 */
const SDISTS = {
  'aiohttp==3.9.5': 'edea7d15772ceeb29db4aff55e482d4bcfb6ae160ce144f2682de02f6d693551',
  'aiosignal==1.3.1': '54cd96e15e1649b75d6c87526a6ff0b6c1b0dd3459f43d9ca11d48c339b68cfc',
  'argon2-cffi==23.1.0': '879c3e79a2729ce768ebb7d36d4609e3a78a4ca2ec3a9f12286ca057e3d0db08',
  'argon2-cffi-bindings==21.2.0': 'bb89ceffa6c791807d1305ceb77dbfacc5aa499891d2c55661c6459651fc39e3',
  'attrs==23.2.0': '935dc3b529c262f6cf76e50877d35a4bd3c1de194fd41f47a2b7ae8f19971f30',
  'blinker==1.8.2': '8f77b09d3bf7c795e969e9486f39c2c5e9c39d4ee07424be2bc594ece9642d83',
  'calver==2022.6.26': 'e05493a3b17517ef1748fbe610da11f10485faa7c416b9d33fd4a52d74894f8b',
  'cffi==1.16.0': 'bcb3ef43e58665bbda2fb198698fcae6776483e0c4a631aa5647806c25e02cc0',
  'cfgv==3.4.0': 'e52591d4c5f5dead8e0f673fb16db7949d2cfb3f7da4582893288f0ded8fe560',
  'click==8.1.7': 'ca9853ad459e787e2192211578cc907e7594e294c7ccc834310722b41b9ca6de',
  'colorama==0.4.6': '08695f5cb7ed6e0531a20572697297273c47b8cae5a63ffc6d6ed5c201be6e44',
  'croniter==2.0.5': 'f1f8ca0af64212fbe99b1bee125ee5a1b53a9c1b433968d8bca8817b79d237f3',
  'cython==3.0.10': 'dcc96739331fb854dcf503f94607576cfe8488066c61ca50dfd55836f132de99',
  'distlib==0.3.8': '1530ea13e350031b6312d8580ddb6b27a104275a31106523b8f123787f494f64',
  'expandvars==0.12.0': '7d1adfa55728cf4b5d812ece3d087703faea953e0c0a1a78415de9df5024d844',
  'filelock==3.15.4': '2207938cbc1844345cb01a5a95524dae30f0ce089eba5b00378295a17e3e90cb',
  'flask==3.0.3': 'ceb27b0af3823ea2737928a4d99d125a06175b8512c445cbd9a9ce200ef76842',
  'flit-core==3.9.0': '72ad266176c4a3fcfab5f2930d76896059851240570ce9a98733b658cb786eba',
  'frozenlist==1.4.1': 'c037a86e8513059a2613aaba4d817bb90b9d9b6b69aace3ce9c877e8c8ed402b',
  'hatch-vcs==0.4.0': '093810748fe01db0d451fabcf2c1ac2688caefd232d4ede967090b1c1b07d9f7',
  'hatch-fancy-pypi-readme==24.1.0': '44dd239f1a779b9dcf8ebc9401a611fd7f7e3e14578dcf22c265dfaf7c1514b8',
  'hatchling==1.25.0': '7064631a512610b52250a4d3ff1bd81551d6d1431c4eb7b72e734df6c74f4262',
  'hupper==1.12.1': '06bf54170ff4ecf4c84ad5f188dee3901173ab449c2608ad05b9bfd6b13e32eb',
  'identify==2.5.36': 'e5e00f54165f9047fbebeb4a560f9acfb8af4c88232be60a488e9b68d122745d',
  'idna==3.7': '028ff3aadf0609c1fd278d8ea3089299412a7a8b9bd005dd08b9f8285bcb5cfc',
  'itsdangerous==2.2.0': 'e0050c0b7da1eea53ffaf149c0cfbb5c6e2e2b69c4bef22c81fa6eb73e5f6173',
  'jinja2==3.1.4': '4a3aee7acbbe7303aede8e9648d13b8bf88a429282aa6122a993f0ac800cb369',
  'markdown-it-py==3.0.0': 'e3f60a94fa066dc52ec76661e37c851cb232d92f9886b15cb560aaada2df8feb',
  'markupsafe==2.1.5': 'd283d37a890ba4c1ae73ffadf8046435c76e7bc2247bbb63c00bd1a709c6544b',
  'mdurl==0.1.2': 'bb413d29f5eea38f31dd4754dd7377d4465116fb207585f97bf925588687c1ba',
  'multidict==6.0.5': 'f7e301075edaf50500f0b341543c41194d8df3ae5caf4702f2095f3ca73dd8da',
  'nodeenv==1.9.1': '6ec12890a2dab7946721edbfbcd91f3319c6ccc9aec47be7c7e6b7011ee6645f',
  'packaging==24.1': '026ed72c8ed3fcce5bf8950572258698927fd1dbda10a5e981cdf0ac37f4f002',
  'pastedeploy==3.1.0': '9ddbaf152f8095438a9fe81f82c78a6714b92ae8e066bed418b6a7ff6a095a95',
  'pathspec==0.12.1': 'a482d51503a1ab33b1c67a6c3813a26953dbdc71c31dacaef9a838c4e29f5712',
  'plaster==1.1.2': 'f8befc54bf8c1147c10ab40297ec84c2676fa2d4ea5d6f524d9436a80074ef98',
  'plaster-pastedeploy==1.0.1': 'be262e6d2e41a7264875daa2fe2850cbb0615728bcdc92828fdc72736e381412',
  'platformdirs==4.2.2': '38b7b51f512eed9e84a22788b4bce1de17c0adb134d6becb09836e37d8654cd3',
  'pluggy==1.5.0': '2cffa88e94fdc978c4c574f15f9e59b7f4201d439195c3715ca9e2486f1d0cf1',
  'poetry-core==1.9.0': 'fa7a4001eae8aa572ee84f35feb510b321bd652e5cf9293249d62853e1f935a2',
  'pre-commit==3.7.1': '8ca3ad567bc78a4972a3f1a477e94a79d4597e8140a6e0b651c5e33899c3654a',
  'pycparser==2.22': '491c8be9c040f5390f5bf44a5b07752bd07f56edf992381b05c701439eec10f6',
  'pygments==2.18.0': '786ff802f32e91311bff3889f6e9a86e81505fe99f2735bb6d60ae0c5004f199',
  'pyramid==2.0.2': '372138a738e4216535cc76dcce6eddd5a1aaca95130f2354fb834264c06f18de',
  'python-dateutil==2.9.0.post0': '37dd54208da7e1cd875388217d5e00ebd4179249f90fb72437e91a35459a0ad3',
  'pytz==2024.1': '2a29735ea9c18baf14b448846bde5a48030ed267578472d8955cd0e7443a9812',
  'pyyaml==6.0.2': 'd584d9ec91ad65861cc08d42e834324ef890a082e591037abe114850ff7bbc3e',
  'rich==13.7.1': '9be308cb1fe2f1f57d67ce99e95af38a1e2bc71ad9813b0e247cf7ffbcc3a432',
  'setuptools==70.3.0': 'f171bab1dfbc86b132997f26a119f6056a57950d058587841a0082e8830f9dc5',
  'setuptools-scm==7.1.0': '6c508345a771aad7d56ebff0e70628bf2b0ec7573762be9960214730de278f27',
  'setuptools-scm==8.1.0': '42dea1b65771cba93b7a515d65a65d8246e560768a66b9106a592c8e7f26c8a7',
  'six==1.16.0': '1e61c37477a1626458e36f7b1d82aa5c9b094fa4802892072e49de9c60c4c926',
  'tomli==2.0.1': 'de526c12914f0c550d15924c62d72abc48d6fe7364aa87328337a31007fe8a4f',
  'translationstring==1.4': 'bf947538d76e69ba12ab17283b10355a9ecfbc078e6123443f43f2107f6376f3',
  'trove-classifiers==2024.7.2': '8328f2ac2ce3fd773cbb37c765a0ed7a83f89dc564c7d452f039b69249d0ac35',
  'typing-extensions==4.12.2': '1a7ead55c7e559dd4dee8856e3a88b41225abfe1ce8df57b7c13915fe121ffb8',
  'venusian==3.1.0': 'eb72cdca6f3139a15dc80f9c95d3c10f8a54a0ba881eeef8e2ec5b42d3ee3a95',
  'virtualenv==20.26.3': '4c43a2a236279d9ea36a0d76f98d84bd6ca94ac4e0f4a3b9d46d05e10fea542a',
  'waitress==3.0.0': '005da479b04134cdd9dd602d1ee7c49d79de0537610d653674cc6cbde222b8a1',
  'webob==1.8.7': 'b64ef5141be559cfade448f044fa45c2260351edcb6a8ef6b7e00c7dcef0c323',
  'werkzeug==3.0.3': '097e5bfda9f0aba8da6b8545146def481d06aa7d3266e7448e2cccf67dd8bd18',
  'wheel==0.43.0': '465ef92c69fa5c5da2d1cf8ac40559a8c940886afcef87dcf14b9470862f1d85',
  'yarl==1.9.4': '566db86717cf8080b99b58b083b773a908ae40f06681e87e589a976faf8246bf',
  'zope-deprecation==5.0': 'b7c32d3392036b2145c40b3103e7322db68662ab09b7267afe1532a9d93f640f',
  'zope-interface==6.3': 'f83d6b4b22262d9a826c3bd4b2fbfafe1d0000f085ef8e44cd1328eea274ae6a',
} as const;

/** `name==version` as `pip-compile` writes it. */
export type Pin = keyof typeof SDISTS;

/** How the names of files begin that are spelled otherwise than their pins. */
const SPELLINGS: Partial<Record<Pin, string>> = {
  'argon2-cffi==23.1.0': 'argon2_cffi-23.1.0',
  'cython==3.0.10': 'Cython-3.0.10',
  'flit-core==3.9.0': 'flit_core-3.9.0',
  'hatch-vcs==0.4.0': 'hatch_vcs-0.4.0',
  'hatch-fancy-pypi-readme==24.1.0': 'hatch_fancy_pypi_readme-24.1.0',
  'markupsafe==2.1.5': 'MarkupSafe-2.1.5',
  'pastedeploy==3.1.0': 'PasteDeploy-3.1.0',
  'plaster-pastedeploy==1.0.1': 'plaster_pastedeploy-1.0.1',
  'poetry-core==1.9.0': 'poetry_core-1.9.0',
  'pre-commit==3.7.1': 'pre_commit-3.7.1',
  'setuptools-scm==7.1.0': 'setuptools_scm-7.1.0',
  'setuptools-scm==8.1.0': 'setuptools_scm-8.1.0',
  'trove-classifiers==2024.7.2': 'trove_classifiers-2024.7.2',
  'typing-extensions==4.12.2': 'typing_extensions-4.12.2',
  'webob==1.8.7': 'WebOb-1.8.7',
  'zope-deprecation==5.0': 'zope.deprecation-5.0',
  'zope-interface==6.3': 'zope.interface-6.3',
};

/** Name of the file. */
export function sdistFile(pin: Pin): string {
  return `${SPELLINGS[pin] ?? pin.replace('==', '-')}.tar.gz`;
}

export function sdistDigest(pin: Pin): string {
  return SDISTS[pin];
}

/** What the service reports of a pin: name and version as the file has them. */
export function reportedPin(pin: Pin): { name: string; version: string; type: 'pip' } {
  const stem = sdistFile(pin).slice(0, -'.tar.gz'.length);
  const dash = stem.lastIndexOf('-');
  return { name: stem.slice(0, dash), version: stem.slice(dash + 1), type: 'pip' };
}

/** A requirements file as `pip-compile` writes it, without hashes. A pin may have a marker behind it. */
export function pinned(...lines: readonly (Pin | `${Pin} ; ${string}`)[]): string {
  return lines.map((line) => `${line}\n    # via -r requirements.in\n`).join('');
}

/**
 * A requirements file as `pip-compile --generate-hashes` writes it: with the digests of other files of the release (of
 * wheels), too.
 */
export function hashed(...lines: readonly (Pin | `${Pin} ; ${string}`)[]): string {
  return lines.map((line) => `${line} \\\n${hashLines(line)}\n    # via -r requirements.in\n`).join('');
}

function hashLines(line: Pin | `${Pin} ; ${string}`): string {
  const sha256 = sdistDigest(line.split(' ; ')[0] as Pin);
  const ofAWheel = sha256.split('').reverse().join('');
  return `    --hash=sha256:${ofAWheel} \\\n    --hash=sha256:${sha256}`;
}
