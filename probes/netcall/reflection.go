package netcall

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	// What most services use beside their own messages, for servers that do not describe it.
	_ "google.golang.org/protobuf/types/known/anypb"
	_ "google.golang.org/protobuf/types/known/durationpb"
	_ "google.golang.org/protobuf/types/known/emptypb"
	_ "google.golang.org/protobuf/types/known/fieldmaskpb"
	_ "google.golang.org/protobuf/types/known/structpb"
	_ "google.golang.org/protobuf/types/known/timestamppb"
	_ "google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/dial"
)

// maxFiles bounds what a server may describe.
const maxFiles = 200

// unary calls a method that the server describes.
func (r *rpc) unary(ctx context.Context, c *call) error {
	method, err := r.describe(ctx, c)
	if err != nil {
		return err
	}
	request := dynamicpb.NewMessage(method.Input())
	if err := protojson.Unmarshal(r.message, request); err != nil {
		return dial.Misconfigured("json is not a %s: %s", method.Input().FullName(), plainError(err))
	}
	message, err := proto.Marshal(request)
	if err != nil {
		return dial.Misconfigured("json: %w", err)
	}
	reply, err := r.invoke(ctx, c, r.method, message)
	if err != nil {
		return err
	}
	c.show(reply)
	if reply.code != codeOK {
		return r.judge(c, reply)
	}
	answer := dynamicpb.NewMessage(method.Output())
	if err := proto.Unmarshal(reply.message, answer); err != nil {
		return unreadable(err)
	}
	text, err := protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(answer)
	if err != nil {
		return unreadable(err)
	}
	c.hear(string(text))
	c.values["json"], err = parseJSON(text)
	return err
}

// plainError is protobuf's error without its changing blanks and prefix.
func plainError(err error) string {
	return strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\u00a0", " "), "proto: ")
}

// describe asks the server for the method's messages.
func (r *rpc) describe(ctx context.Context, c *call) (protoreflect.MethodDescriptor, error) {
	service, name, ok := strings.Cut(r.method, "/")
	if !ok {
		return nil, dial.Misconfigured("method: want package.Service/Method, got %q", r.method)
	}
	known := map[string]*descriptorpb.FileDescriptorProto{}
	if err := r.learn(ctx, c, known, 4, service); err != nil {
		return nil, err
	}
	if err := r.learnImports(ctx, c, known); err != nil {
		return nil, err
	}
	set := &descriptorpb.FileDescriptorSet{}
	for _, file := range known {
		set.File = append(set.File, file)
	}
	files, err := protodesc.NewFiles(set)
	if err != nil {
		return nil, unreadable(err)
	}
	found, err := files.FindDescriptorByName(protoreflect.FullName(service))
	described, isService := found.(protoreflect.ServiceDescriptor)
	if err != nil || !isService {
		return nil, undescribed("no service " + service)
	}
	method := described.Methods().ByName(protoreflect.Name(name))
	switch {
	case method == nil:
		return nil, undescribed(fmt.Sprintf("no method %s in %s", name, service))
	case method.IsStreamingClient() || method.IsStreamingServer():
		return nil, dial.Misconfigured("method: %s is a stream, only unary methods can be called", r.method)
	}
	return method, nil
}

func undescribed(what string) *probes.Failure {
	return &probes.Failure{Reason: probes.Assertion, Message: "the server describes " + what, Expected: "a description by reflection", Got: what}
}

// learnImports asks for all files that the known ones import, until none is missing.
func (r *rpc) learnImports(ctx context.Context, c *call, known map[string]*descriptorpb.FileDescriptorProto) error {
	for {
		missing := ""
		for _, file := range known {
			for _, path := range file.GetDependency() {
				if known[path] == nil {
					missing = path
				}
			}
		}
		if missing == "" {
			return nil
		}
		if ours, err := protoregistry.GlobalFiles.FindFileByPath(missing); err == nil {
			known[missing] = protodesc.ToFileDescriptorProto(ours)
			continue
		}
		if len(known) >= maxFiles {
			return undescribed(fmt.Sprintf("more than %d files", maxFiles))
		}
		before := len(known)
		if err := r.learn(ctx, c, known, 3, missing); err != nil {
			return err
		}
		if len(known) == before {
			return undescribed("everything but " + missing)
		}
	}
}

// learn asks ServerReflectionInfo one question: the file of a name (field 3) or of a symbol (field 4). Servers that know
// only the older name of the service are asked by that.
func (r *rpc) learn(ctx context.Context, c *call, known map[string]*descriptorpb.FileDescriptorProto, field protowire.Number, what string) error {
	question := protowire.AppendString(protowire.AppendTag(nil, field, protowire.BytesType), what)
	const unimplemented = 12
	var answer *reply
	for _, service := range [...]string{"grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"} {
		var err error
		if answer, err = r.invoke(ctx, c, service+"/ServerReflectionInfo", question); err != nil {
			return err
		}
		if answer.code != unimplemented {
			break
		}
	}
	if answer.code != codeOK {
		f := undescribed("nothing: " + codeName(answer.code))
		if answer.code == unimplemented {
			f.Message = "the server does not describe its methods: it has no reflection"
		}
		return f
	}
	return readDescriptors(answer.message, what, known)
}

// readDescriptors reads ServerReflectionResponse: file_descriptor_response is field 4, error_response field 7.
func readDescriptors(message []byte, what string, known map[string]*descriptorpb.FileDescriptorProto) error {
	var problem error
	err := fieldsOf(message, func(number protowire.Number, _ uint64, content []byte) {
		switch number {
		case 4:
			problem = errors.Join(problem, fieldsOf(content, func(_ protowire.Number, _ uint64, file []byte) {
				described := &descriptorpb.FileDescriptorProto{}
				if err := proto.Unmarshal(bytes.Clone(file), described); err != nil {
					problem = errors.Join(problem, unreadable(err))
					return
				}
				if len(known) < maxFiles {
					known[described.GetName()] = described
				}
			}))
		case 7:
			problem = errors.Join(problem, undescribed("nothing of "+what))
		}
	})
	return errors.Join(err, problem)
}
