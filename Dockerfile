# syntax=docker/dockerfile:1
# Stage 1 installs the libraries; stage 2 takes them and the program, and nothing that builds.

FROM python:3.11-slim-bookworm AS libraries
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir uv
COPY pyproject.toml /build/
RUN /venv/bin/uv pip install --no-cache --python /venv/bin/python \
        -r /build/pyproject.toml --extra postgres --extra cluster \
    && /venv/bin/uv pip uninstall --python /venv/bin/python uv

FROM python:3.11-slim-bookworm
# The libraries look for a home folder to write to; with a read-only root that is the tmpfs.
ENV PATH=/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    LANGNGHE_HOME=/data \
    LANGNGHE_UI_ADDRESS=0.0.0.0
RUN useradd --uid 1000 --no-create-home --shell /usr/sbin/nologin langnghe \
    && install -d -o langnghe -g langnghe /data
WORKDIR /app
COPY --from=libraries /venv /venv
COPY LICENSE pyproject.toml ./
COPY .streamlit .streamlit
COPY langnghe langnghe
COPY crawlers crawlers
COPY nlp nlp
COPY index index
COPY desk desk
COPY api api
COPY ui ui
RUN python -m compileall -q /app
USER 1000:1000
VOLUME /data
EXPOSE 8501
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
ENTRYPOINT ["python", "-m", "langnghe"]
CMD ["serve"]
