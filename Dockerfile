# Interlock, one image for every process: `serve` by default, `worker <stage>` and every other command by its arguments.
# scripts/image.mjs carries out these steps without a container engine; tests/image.redis.test.ts runs what comes of it.
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# npm leaves TypeScript in, since a package that runs could use it (valibot, of Bull Board), and does not.
RUN npm ci --omit=dev --ignore-scripts && rm -r node_modules/typescript node_modules/.bin/tsc node_modules/.bin/tsserver
COPY src ./src
COPY bench ./bench
COPY scripts/build.mjs ./scripts/build.mjs
RUN node scripts/build.mjs

FROM node:20.20.2-bookworm-slim
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY bin ./bin
COPY scripts/build.mjs ./scripts/build.mjs
COPY policies ./policies
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "bin/interlock", "serve"]
