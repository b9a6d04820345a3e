# Stands in for Beam's image: of it we take what starts a worker, and that is the real one.
FROM scratch
COPY boot /opt/apache/beam/boot
