"""What every row of the data files has: how sure it is, where it comes from, and which parts are made up."""

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from app.platform.database.base import Attestation


class Plain(BaseModel):
    """A value that stands for nothing that could be attested; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Fact(Plain):
    """A row with how sure it is, the keys of its sources, and which parts of it are made up all the same."""

    attestation: Attestation
    source: tuple[str, ...] = ()
    completed: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_its_source(self) -> Self:
        if self.attestation in {Attestation.ATTESTED, Attestation.INFERRED} and not self.source:
            raise ValueError(f"an {self.attestation.value} row names no source")
        if self.attestation is Attestation.ENTERED:
            raise ValueError("nothing in the demonstration was entered by anybody")
        return self
