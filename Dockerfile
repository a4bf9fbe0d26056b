# Gradwalk in a container: docker build -t gradwalk . && docker run --rm -p 8501:8501 gradwalk
# deploy/compose.yaml runs several behind nginx.
ARG PYTHON=3.11

# What pip needs and leaves behind stays in this stage.
FROM python:${PYTHON}-slim-bookworm AS packages
# Where pip finds PyTorch's CPU build, of the same version and without gigabytes of CUDA: PyTorch's own public index.
ARG PYTORCH_INDEX=https://download.pytorch.org/whl/cpu
COPY requirements.txt .
RUN python -m venv /packages \
    && /packages/bin/pip install --no-cache-dir --extra-index-url "$PYTORCH_INDEX" -r requirements.txt
# Packages bring their own tests, and PyTorch its headers: a quarter of a gigabyte.
RUN cd /packages/lib/python3*/site-packages \
    && rm -rf torch/test torch/include pandas/tests pyarrow/tests pyarrow/include pip pip-*.dist-info \
    && find torch/bin -type f ! -name torch_shm_manager -delete \
    && find sympy networkx -type d -name tests -prune -exec rm -rf {} +

FROM python:${PYTHON}-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends graphviz \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 gradwalk
COPY --from=packages /packages /packages

WORKDIR /app
COPY app.py LICENSE ./
COPY .streamlit/config.toml .streamlit/
COPY gradwalk gradwalk
COPY serving serving
COPY components components
COPY pages pages
# The container may be read-only, and then compiles nothing itself.
RUN python -m compileall -q app.py gradwalk serving components pages

USER gradwalk
ENV PATH=/packages/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_PORT=8501
EXPOSE 8501

# The server answers only once it has warmed up, which takes some seconds.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD python -c "from urllib.request import urlopen; \
    urlopen('http://127.0.0.1:8501${STREAMLIT_SERVER_BASE_URL_PATH:+/$STREAMLIT_SERVER_BASE_URL_PATH}/_stcore/health')"

CMD ["streamlit", "run", "app.py"]
