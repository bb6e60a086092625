"""Between bytes and the domain: schemas by id, Avro and CloudEvents codecs."""
