# Gradwalk in a container: docker build -t gradwalk . && docker run --rm -p 8501:8501 gradwalk
# deploy/compose.yaml runs several behind nginx.

# Python on Debian 13, for all processors that there is one for. The digest says which image, so a tag that moves changes nothing;
# docs/hosting.md says how to look up a newer one.
ARG BASE=python:3.11.17-slim-trixie@sha256:45037981b62b34b44602584fccbc4d884d5f7dc92c7ee86bb38a698a79fe1e51

# What pip needs and leaves behind stays in this stage.
FROM ${BASE} AS packages
# Where pip finds PyTorch's CPU build, without gigabytes of CUDA: PyTorch's own public index.
ARG PYTORCH_INDEX=https://download.pytorch.org/whl/cpu
WORKDIR /build
COPY requirements.lock deploy/torch-cpu.lock deploy/licence_texts.py ./
COPY deploy/lacking_texts lacking_texts
# Only wheels, and only those whose hashes are written down; PyTorch's index is asked for PyTorch and for nothing else.
ENV PIP_NO_CACHE_DIR=1 PIP_NO_DEPS=1 PIP_ONLY_BINARY=:all: PIP_REQUIRE_HASHES=1
RUN python -m venv /packages \
    && /packages/bin/pip install -r requirements.lock \
    && /packages/bin/pip install --index-url "$PYTORCH_INDEX" -r torch-cpu.lock \
    && /packages/bin/pip check \
    && /packages/bin/python licence_texts.py /packages/licences
# Packages bring their own tests, and PyTorch its headers: a quarter of a gigabyte.
WORKDIR /packages/lib/python3.11/site-packages
RUN rm -rf torch/test torch/include pandas/tests pyarrow/tests pyarrow/include pip pip-*.dist-info \
    && find torch/bin -type f ! -name torch_shm_manager -delete \
    && find sympy networkx -type d -name tests -prune -exec rm -rf {} +

FROM ${BASE}
# Debian replaces a version by the next one when it mends it, so a version that is pinned would soon be gone.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends graphviz \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 gradwalk
COPY --from=packages /packages /packages

WORKDIR /app
COPY app.py LICENSE deploy/sbom.json ./
COPY .streamlit/config.toml .streamlit/
COPY gradwalk gradwalk
COPY serving serving
COPY components components
COPY pages pages
# The container may be read-only, and then compiles nothing itself.
RUN python -m compileall -q app.py gradwalk serving components pages

USER 10001:10001
ENV PATH=/packages/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_PORT=8501
EXPOSE 8501

# The server answers only once it has warmed up, which takes some seconds.
HEALTHCHECK --interval=30s --timeout=20s --start-period=60s CMD ["python", "-c", \
    "import os, urllib.request as web; base = os.environ.get('STREAMLIT_SERVER_BASE_URL_PATH', '').strip('/'); \
    web.urlopen('http://127.0.0.1:8501/' + (base and base + '/') + '_stcore/health')"]

CMD ["streamlit", "run", "app.py"]
