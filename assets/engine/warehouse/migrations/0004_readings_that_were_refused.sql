-- With which settings a later reading of loaded bytes was refused: they are not tried again.

ALTER TABLE ops.delivery ADD COLUMN refused_version VARCHAR;
