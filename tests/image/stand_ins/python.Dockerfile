# Stands in for python:3.11-slim: Debian with its Python 3.11, which lies where the real one's does, in /usr/local.
FROM scratch
ADD root.tar /
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
RUN python3 -m venv --copies /usr/local && printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n' > /etc/pip.conf
