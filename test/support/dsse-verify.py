"""
Verifies a DSSE envelope and reads the statement in it, with libraries of the specifications' authors, and strictly: a
field that the in-toto or SLSA schema does not have is an error, and nothing may be lost on the way.

Standard input: JSON with envelope, public_key (PEM), keyid, scheme. Prints the statement, or REFUSED when the signature
does not hold.
"""

import base64
import json
import sys

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from google.protobuf import json_format
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

given = json.load(sys.stdin)
public_key = load_pem_public_key(given["public_key"].encode())
key = SSlibKey.from_crypto(public_key, keyid=given["keyid"], scheme=given["scheme"])
payload = base64.b64decode(given["envelope"]["payload"], validate=True)
try:
    Envelope.from_dict(given["envelope"]).verify([key], 1)
except VerificationError:
    print("REFUSED")
    sys.exit()

statement = json_format.Parse(payload, statement_pb2.Statement())
Statement.copy_from_pb(statement).validate()
provenance = json_format.ParseDict(
    json_format.MessageToDict(statement.predicate), provenance_pb2.Provenance()
)
definition, run = provenance.build_definition, provenance.run_details
for descriptor in [*definition.resolved_dependencies, *run.byproducts]:
    ResourceDescriptor.copy_from_pb(descriptor).validate()
read = json_format.MessageToDict(statement)
read["predicate"] = json_format.MessageToDict(provenance)
if read != json.loads(payload):
    raise ValueError(f"Lost on the way: {payload}\n{json.dumps(read)}")
print(payload.decode())
