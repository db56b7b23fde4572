"""Statements as a Parquet file, written in row groups so that memory does not grow with the day."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from portal.lrs.flat import COLUMNS, Kind, Row, flatten

TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "moment": pa.timestamp("us", tz="UTC"),
    "number": pa.float64(),
    "whole": pa.int64(),
    "truth": pa.bool_(),
}
SCHEMA = pa.schema([(name, TYPES[kind]) for name, kind in COLUMNS.items()])
# Statements in one row group.
GROUP = 10_000


def write_table(path: Path, pieces: Iterable[Sequence[Row]], *, home: str) -> int:
    """Write the statements to ``path``; their number. ``home`` is the portal's public address."""
    total = 0
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        group: list[pa.RecordBatch] = []
        held = 0
        for rows in pieces:
            group.append(pa.RecordBatch.from_pylist([flatten(row, home=home) for row in rows], schema=SCHEMA))
            held += len(rows)
            total += len(rows)
            if held >= GROUP:
                writer.write_table(pa.Table.from_batches(group))
                group, held = [], 0
        if held:
            writer.write_table(pa.Table.from_batches(group))
    return total
