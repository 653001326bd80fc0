#pragma once

// What users do where another program says what to send: one request of its stream an iteration.
// A user of a closed load waits until there is one; an arrival that has to wait stays due, so that
// a program that is too slow shows as send lag. When the program has ended, so has the load.

#include "mettle/load/behaviour.hpp"
#include "mettle/load/names.hpp"
#include "mettle/protocols/request_stream.hpp"

#include <memory>

namespace mettle::protocols {

struct StreamSetup {
    std::shared_ptr<RequestStream> stream;  // Whose first() is known.
    http::Url target;                       // Lines for another origin are mistakes.
    http::HeaderList headers;               // Behind each line's own.
    HttpOptions http;
    load::WaitTime wait;  // Between iterations.
};

// Starts the stream. Its tasks get their names as lines say them, a thousand at most; the others
// count as "(other)".
std::shared_ptr<const load::Program> make_stream_program(StreamSetup setup,
                                                         std::shared_ptr<load::Names> names);

}  // namespace mettle::protocols
