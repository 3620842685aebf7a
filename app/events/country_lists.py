"""The dated lists of North and South that ship with the system, read into rows once."""

import csv
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.events.enums import CountryGroup
from app.events.models import ClassifiedCountry, CountryClassification

FOLDER = Path(__file__).parent / "data"
LIST_OF_2019 = "country_groups_2019"


def ensure_country_list(session: Session, name: str = LIST_OF_2019) -> CountryClassification:
    """The shipped list as rows, read from its files when it is not there yet."""
    about = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    existing = session.scalar(select(CountryClassification).where(CountryClassification.code == about["code"]))
    if existing is not None:
        return existing
    classification = CountryClassification(**about)
    session.add(classification)
    session.flush()
    session.execute(
        insert(ClassifiedCountry), [{"classification_id": classification.id, **row} for row in read_country_list(name)]
    )
    return classification


def read_country_list(name: str = LIST_OF_2019) -> list[dict[str, Any]]:
    """The rows of a shipped list, by the columns of the table."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [
            {
                "country": row["country"],
                "group": CountryGroup(row["group"]),
                "is_least_developed": row["least_developed"] == "1",
                "is_landlocked_developing": row["landlocked_developing"] == "1",
                "is_small_island": row["small_island"] == "1",
            }
            for row in csv.DictReader(file)
        ]
