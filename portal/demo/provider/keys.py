"""The signing keys of the demo provider, made when the process starts and gone with it."""

from functools import cached_property

from joserfc.jwk import ECKey, KeySet, RSAKey

ES256, RS256 = "ES256", "RS256"
_RSA_BITS = 2048


class SigningKeys:
    """One key for each algorithm; the public halves are the provider's JWKS."""

    @cached_property
    def _keys(self) -> dict[str, ECKey | RSAKey]:
        made: dict[str, ECKey | RSAKey] = {
            ES256: ECKey.generate_key("P-256", {"use": "sig", "alg": ES256}),
            RS256: RSAKey.generate_key(_RSA_BITS, {"use": "sig", "alg": RS256}),
        }
        for key in made.values():
            key.ensure_kid()
        return made

    def private(self, algorithm: str) -> ECKey | RSAKey:
        """Return the key to sign with."""
        return self._keys[algorithm]

    def kid(self, algorithm: str) -> str:
        """Return the key's id."""
        return str(self._keys[algorithm].kid)

    def public(self) -> KeySet:
        """Return the public halves."""
        return KeySet([type(key).import_key(key.as_dict(private=False)) for key in self._keys.values()])
