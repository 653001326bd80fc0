#pragma once

// From an OpenAPI document to what a load sends.

#include "mettle/payload/data_file.hpp"
#include "mettle/protocols/openapi/lessons.hpp"
#include "mettle/protocols/openapi/selection.hpp"
#include "mettle/protocols/task.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace mettle::protocols::openapi {

struct TaskOptions {
    std::vector<std::string> only;  // As in Wanted.
    bool all = false;
    http::HeaderList headers;
    std::vector<payload::DataRow> rows;  // Each becomes a request.
    double invalid_share = 0;            // Of the requests that are wrong on purpose; below 1.
    std::uint64_t seed = 1;
    // Of an operation that takes values, where there are no rows; fewer of hundreds of operations.
    std::size_t payloads = 32;
};

struct MadeTasks {
    std::vector<Task> tasks;  // At least one.
    std::vector<LeftOut> left_out;
    std::vector<std::string> notes;  // What the user should know of them, a sentence each.
    // Of the tasks, by their numbers: ids that may be taken from answers instead of those in the
    // requests. The first task takes none.
    Lessons lessons;
};

constexpr std::size_t kMostRows = 10'000;

// The path of `target` chooses an operation, where it has one. Errors (invalid_input): what
// select() refuses, what was asked for and cannot be made, and a document with nothing that may be
// sent unasked: the message lists all of it.
Result<MadeTasks> make_tasks(const Document& document, const http::Url& target,
                             const TaskOptions& options);

}  // namespace mettle::protocols::openapi
