#pragma once

#include "mettle/base/result.hpp"
#include "mettle/tensor/signature.hpp"
#include "mettle/tensor/tensor.hpp"

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace mettle {

// The memory of one run: the model's own, since only it knows where its tensors should live. Used
// by one thread at a time, and again for the next run.
class Slab {
public:
    virtual ~Slab() = default;

    // Room for input `index` in the shape that it will have, for the caller to write before run().
    // Not for BYTES. REQUIRES: the signature accepts `shape`.
    virtual std::span<std::byte> input(std::size_t index, const Shape& shape) = 0;
    // Reads the caller's bytes instead of its own; they stay alive until run() has returned, and
    // are aligned for their element type.
    virtual void borrow_input(std::size_t index, const TensorView& view) = 0;

    // From now on the model's own values stand for the optional inputs, as at first; an input() or
    // borrow_input() with an index behind those of the others gives one for the next run. Whoever
    // fills a slab anew begins with this.
    virtual void leave_out_optional_inputs() {}
    // Whether the next run reads an optional input: then it can't be run together with others.
    virtual bool has_optional_inputs() const { return false; }

    // What the next run will read. REQUIRES: input() or borrow_input() has been called for it.
    virtual TensorView input_view(std::size_t index) const = 0;

    // What the last run gave, in this machine's memory, until the next run.
    virtual TensorView output(std::size_t index) const = 0;
    // Copies what another slab's run gave for this one's inputs: output() from now on. Not BYTES.
    virtual void set_output(std::size_t index, const TensorView& view) = 0;

    // Memory that it holds, for whoever keeps slabs: it never shrinks.
    virtual std::size_t bytes() const = 0;

    // What run() reads and writes. Another slab than this one where the model prepares its inputs:
    // this one then holds what a client sends and gets, in signature()'s terms.
    virtual Slab& inner() { return *this; }
    const Slab& inner() const { return const_cast<Slab*>(this)->inner(); }
};

// Lets another thread end a run early. Set up by the owner of a call, handed down to run(), which
// looks at cancelled() now and then, or is told by a std::stop_callback on stop_token().
class RunToken {
public:
    virtual ~RunToken() = default;
    virtual bool cancelled() const = 0;
    virtual std::stop_token stop_token() const { return {}; }
};

// Something that answers rows of tensors. run() is called by several threads at once, each with a
// slab of its own.
class Model {
public:
    virtual ~Model() = default;

    virtual const Signature& signature() const = 0;  // What clients send and get.
    virtual std::string_view platform() const = 0;   // As V2's metadata says it.
    virtual std::unique_ptr<Slab> make_slab() = 0;
    // What computes, first choice first: ONNX Runtime's execution providers.
    virtual std::string devices() const { return "cpu"; }

    // What run() reads and gives; another than signature() where before() and after() stand
    // between.
    virtual const Signature& run_signature() const { return signature(); }
    virtual bool prepares() const { return false; }
    // Whether the elements of a BYTES input of signature() are picture files; others are texts, or
    // bytes of a kind that is not known.
    virtual bool takes_pictures([[maybe_unused]] std::size_t input) const { return false; }
    // Makes what run() reads from what a client sent, and what the client gets from what run()
    // gave. For each call by itself, around runs that calls share; by several threads at once.
    // before() fails with `invalid_input` for what can't be read.
    virtual Result<void> before(Slab&) { return {}; }
    virtual Result<void> after(Slab&) { return {}; }

    // Takes the inner() of a slab of make_slab().
    // Blocks until the outputs are there. Fails with `cancelled` when the token says so, with
    // `invalid_input` when these inputs can't be run, else `internal`.
    virtual Result<void> run(Slab& slab, const RunToken* token) = 0;
};

}  // namespace mettle
