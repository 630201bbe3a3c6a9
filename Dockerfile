# Portico in two stages: the first one compiles, the second one holds what runs.
#   docker build -t portico .
# To try it, at http://localhost:8080 (its log shows a first call to copy):
#   docker run --name portico -p 127.0.0.1:8080:8080 -v portico:/data -e PORTICO_URL=http://localhost:8080 -e PORTICO_DEMO=on portico
# To serve, with TLS ended in front of it:
#   docker run --name portico -p 8080:8080 -v portico:/data -e PORTICO_URL=https://portal.example.org portico
# Commands run in it as they do outside, with its settings:
#   docker exec portico npm run --silent token -- demo-system

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY tools tools
COPY definitions definitions
COPY profiles profiles
COPY capability capability
COPY src src
RUN npm run build
# What is installed for running. The Node that comes by npm serves machines with an older one; this image has its own.
RUN npm ci --omit=dev && rm -rf node_modules/node-linux-* node_modules/.bin/node

FROM node:24-slim
WORKDIR /app
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 NODE_ENV=production HOST=0.0.0.0 PORT=8080 PORTICO_DATA=/data
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/tools/run.mjs /app/tools/runtime.mjs tools/
COPY definitions definitions
COPY profiles profiles
COPY capability capability
COPY templates templates
COPY demo demo
COPY LICENSE ./
RUN mkdir -m 700 /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/ready').then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=16", "dist/src/main.js"]
