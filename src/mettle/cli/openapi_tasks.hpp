#pragma once

// What is sent to a service that has an OpenAPI document: flags and tasks.

#include "mettle/cli/flags.hpp"
#include "mettle/payload/data_file.hpp"
#include "mettle/protocols/openapi/document.hpp"
#include "mettle/protocols/openapi/lessons.hpp"
#include "mettle/protocols/target.hpp"
#include "mettle/protocols/task.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mettle::cli {

struct OpenApiOptions {
    std::vector<std::string> only;
    bool all = false;
    std::shared_ptr<const protocols::openapi::Document> document;  // --openapi
    std::string data;                                              // --data
    double invalid_share = 0;
};

void add_openapi_flags(Flags& flags, OpenApiOptions& options);
// Those of them that are about one operation: --only, --openapi and --data.
void add_operation_flags(Flags& flags, OpenApiOptions& options);

// Reads a document from a file, JSON or YAML.
Result<std::shared_ptr<const protocols::openapi::Document>> read_document(const std::string& path);

// Throws StartupError when the file of --data is wrong. Empty where there is none.
std::vector<payload::DataRow> read_rows(const OpenApiOptions& options);

// Whether anything was said that only an OpenAPI document gives a sense.
bool about_openapi(const OpenApiOptions& options);

struct OpenApiTasks {
    std::vector<protocols::Task> tasks;
    std::vector<std::string> notes;  // Lines for the announcement: what is sent and what is not.
    protocols::openapi::Lessons lessons;  // Of the tasks.
};

// Throws StartupError when there is nothing to send, or it cannot be made.
OpenApiTasks make_openapi_tasks(const OpenApiOptions& options, const protocols::Target& target,
                                const http::HeaderList& headers, std::uint64_t seed);

}  // namespace mettle::cli
