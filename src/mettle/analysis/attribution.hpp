#pragma once

// Which resource gives out first, from what was seen at the highest load: shares of a request's
// time by phase, joined with the CPU of both sides. Rules in order, the first that applies:
//
//   throttling  its control group's quota ran out in a tenth of its periods or more
//   gpu         the GPU is busy (90 %)
//   compute     the target's CPU is at its cores (90 %)
//   neighbours  its cores are full, but over a fifth of them with other processes' work
//   machine     all cores of the host are full (95 %): target, generator and others share them
//   generator   its CPU is at its cores, or it could not keep its promise
//   memory      a tenth of the time work stood still for want of memory
//   disk        a fifth of it for want of a disk
//   queue       over half of the service time is queue and batch wait, with CPU to spare
//   inference   over half of it is the model, with CPU to spare: more instances would help
//   network     over half of it is between the two
//   unknown     none of these

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mettle::analysis {

enum class Bottleneck {
    throttling,
    gpu,
    compute,
    neighbours,
    machine,
    generator,
    memory,
    disk,
    queue,
    inference,
    network,
    unknown
};
std::string_view name_of(Bottleneck bottleneck);

struct LoadPicture {
    double rate_rps = 0;
    std::optional<double> target_cpu;  // In cores; nothing where it cannot be seen.
    double target_cores = 0;           // What it may use; 0 where unknown.
    double neighbours_cpu = 0;  // On the target's cores, used by others or stolen; 0 where unseen.
    double generator_cpu = 0;
    double generator_cores = 1;
    bool generator_gave_out = false;
    // Means in ms of a request from the actual send; phases that were not reported are 0.
    double service_ms = 0;
    double queue_ms = 0;  // With batch wait.
    double infer_ms = 0;
    double codec_ms = 0;                                 // parse, pre, post, write
    double network_ms = 0;                               // The rest, up to the first byte.
    double latency_ms = 0;                               // From the due time.
    std::vector<std::pair<std::string, double>> phases;  // All that are known, in order: name, ms.
    // What the monitor saw, on average; shares are of time. 0 or nothing where unseen.
    double host_cpu = 0, host_cores = 0;
    double throttled = 0;  // Of the target's scheduling periods.
    double cpu_pressure = 0, memory_pressure = 0, io_pressure = 0;
    double accept_queue = 0;  // Connections that waited for the target's accept().
    std::optional<double> gpu, memory_of_limit, disk_busy;
};

struct Attribution {
    Bottleneck bottleneck = Bottleneck::unknown;
    std::string sentence;  // With the figures it rests on.
    // 0 to 1, by the kind of evidence: a resource that was seen to be full is the best; pressure
    // and shares of time are circumstantial, these as strong as the share.
    double confidence = 0;
};
Attribution attribute(const LoadPicture& picture);

}  // namespace mettle::analysis
