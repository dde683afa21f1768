# Paths are named by ENV and used through it, so that .ci/container.py can run these lines without
# a Docker engine. Python 3.11 is the one the tests run on.

FROM python:3.11-slim AS build
ENV SOURCE=/src WHEELS=/wheels DATA=/data
WORKDIR $SOURCE
COPY pyproject.toml README.md LICENSE ./
COPY bot ./bot
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir "$WHEELS" .
RUN mkdir -p "$DATA"

FROM python:3.11-slim
ENV WHEELS=/wheels DATA=/data
ENV PYTHONUNBUFFERED=1 PORT=3000 DATABASE_URL=sqlite:///$DATA/handoff.db
COPY --from=build $WHEELS $WHEELS
RUN python -m pip install --no-cache-dir "$(echo "$WHEELS"/*.whl)[postgres]"
# A number, so that Kubernetes' runAsNonRoot can tell; the directory is empty but its own.
COPY --from=build --chown=10001:10001 $DATA $DATA
USER 10001:10001
WORKDIR $DATA
VOLUME $DATA
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=3s --start-period=30s CMD ["python", "-c", "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=2); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
CMD ["handoff-bot", "run"]
